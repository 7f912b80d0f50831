/** Every text of the page, in Arabic: see en.js. */

/** @type {typeof import("./en.js").texts} */
export const texts = {
  brand: "facecompare",
  skip: "الانتقال إلى المحتوى",
  navigation: "الأقسام",
  navCompare: "مقارنة",
  navRank: "ترتيب",
  navFind: "بحث",
  navHistory: "السجل",
  navAbout: "حول",
  language: "اللغة",

  question: "هل هاتان الصورتان للشخص نفسه؟",
  introduction: "حمّل صورتين. ومن بين كل الوجوه فيهما يُقارَن الوجهان الأكثر تشابهًا.",

  photos: "الصور",
  photoName: {
    anchor: "الصورة الأساسية",
    image1: "الصورة 1",
    image2: "الصورة 2",
    reference: "الصورة المرجعية",
    candidate1: "الصورة المرشّحة 1",
    candidate2: "الصورة المرشّحة 2",
  },
  load: (name) => `تحميل ${name}`,
  replace: (name) => `استبدال ${name}`,
  removePhoto: (name) => `إزالة ${name}`,
  swap: "تبديل الصورتين",
  takeWithCamera: (name) => `التقاط ${name} بالكاميرا`,
  noPhoto: "اختر صورة أو أفلتها هنا أو ألصقها",
  unviewable: "لا يستطيع هذا المتصفح عرض هذا الملف. سيُرسل كما هو.",
  shownByService: "لا يستطيع هذا المتصفح عرض هذا الملف؛ وهذه صورته كما أعدّتها الخدمة.",
  pictureOf: (name, file) => `${name}: ${file}`,
  photoFacts: (width, height, size) =>
    `\u2066${width}\u00a0×\u00a0${height}\u00a0px\u2069، ${size}`,
  sentAs: (facts, size) => `${facts}، وتُرسل بحجم ${size}`,
  errorOf: (name, message) => `${name}: ${message}`,
  oneFaceFound: "عُثر على وجه واحد",
  facesFound: (count) => `عدد الوجوه التي عُثر عليها: ${count}؛ ويُقارَن أشبهها بوجه الصورة الأخرى`,
  facesFoundAndDrawn: (count) =>
    `عدد الوجوه التي عُثر عليها: ${count}؛ ويُقارَن أشبهها بوجه الصورة الأخرى، وهو المؤطَّر بالأصفر`,
  facesFoundAndChosen: (count) =>
    `عدد الوجوه التي عُثر عليها: ${count}؛ ويُقارَن الوجه الذي اخترته، وهو المؤطَّر بالأصفر`,
  chooseAnother: "انقر وجهًا آخر لمقارنته.",
  compareFace: (place, count) => `مقارنة الوجه ${place} من ${count}`,
  comparedFace: (place, count) => `الوجه ${place} من ${count}، وهو الذي يُقارَن`,
  notDrawn: "يعرض هذا المتصفح الصورة بشكل يختلف عمّا لدى الخدمة، لذلك لا يُرسم عليها شيء.",
  pasted: (name) => `أُلصقت الصورة في خانة «${name}».`,
  takenIn: (count) => `عدد الصور المضافة: ${count}.`,
  tooManyDropped: (count) => `أقصى عدد للصور هنا: ${count}؛ وقد تُركت الصور الأخرى.`,

  examplesTitle: "ليست لديك صور الآن؟ جرّب",
  examplesLabel: "صور للتجربة",
  examplesSame: "صورتين لشخص واحد",
  examplesDifferent: "صورًا لشخصين",
  examplesRank: "ثلاث صور جاهزة",
  examplesFind: "مثالًا",
  credit: {
    "obama.jpg": "باراك أوباما، الصورة الرسمية بصفته رئيسًا. البيت الأبيض، ملكية عامة.",
    "obama2.jpg": "باراك أوباما، صورة فوتوغرافية رسمية بصفته رئيسًا. البيت الأبيض، ملكية عامة.",
    "biden.jpg": "جو بايدن، الصورة الرسمية بصفته نائبًا للرئيس. البيت الأبيض، ملكية عامة.",
  },

  also: (name) => `إضافة صور أخرى للشخص الظاهر في ${name}`,
  alsoAdded: (names) => `صور أخرى لهذا الشخص: \u2068${names}\u2069`,
  alsoRemove: "إزالتها",
  alsoForgotten: "كانت الصور الإضافية تخص الصورة السابقة فأزيلت.",
  predict: "توقّع",
  rank: "رتّب",
  cancel: "إلغاء",
  close: "إغلاق",
  status: {
    waiting: "حمّل صورتين، ثم اضغط «توقّع».",
    waitingForThree: "حمّل صورة أساسية وصورتين مرشّحتين، ثم اضغط «رتّب».",
    ready: "كل شيء جاهز للمقارنة.",
    preparing: "جارٍ التحضير…",
    sending: "جارٍ الإرسال…",
    busy: "جارية المقارنة…",
    cancelled: "أُلغيت المقارنة.",
    failed: "لا حكم.",
    done: (seconds) => `تمّت المقارنة في ${seconds}.`,
  },
  progressLabel: "التقدّم",

  failure: {
    loadFirst: "حمّل صورة هنا أولًا.",
    unreachable: "يتعذّر الوصول إلى الخدمة. تحقّق من الاتصال وحاول مرة أخرى.",
    offline: "أنت غير متصل. اتصل بالإنترنت وحاول مرة أخرى.",
    unreadableFile: "لم تعد قراءة هذا الملف ممكنة؛ فربما عُدّل أو نُقل. حمّله من جديد.",
    unreadableResponse: "أرسلت الخدمة ردًّا لا تفهمه هذه الصفحة. حاول مرة أخرى لاحقًا.",
    tooLarge: "الصور أكبر مما تقبله الخدمة. حمّل صورًا أصغر.",
    uploadTooLarge: (size, limit) =>
      `حجم هذا الملف ${size}؛ وأقصى حجم مقبول ${limit}. حمّل ملفًا أصغر.`,
    uploadRefused: "تعذّر رفع الصورة الكبيرة. حمّل صورة أصغر، أو حاول مرة أخرى لاحقًا.",
    notHere: "لا توجد خدمة مقارنة على هذا العنوان. تحقّق من العنوان، ثم أعد تحميل الصفحة.",
    busy: "لدى الخدمة الآن طلبات أكثر مما تستطيع. حاول مرة أخرى بعد ثوانٍ.",
    unavailable: "لا تستطيع الخدمة الردّ الآن. حاول مرة أخرى لاحقًا.",
    unexpected: (status) =>
      `رفضت الخدمة الطلب دون ذكر السبب (HTTP ${status}). حاول مرة أخرى لاحقًا.`,
    view: "يتعذّر تحميل هذا القسم. تحقّق من الاتصال، ثم أعد تحميل الصفحة.",
    example: "يتعذّر تحميل صور التجربة. تحقّق من الاتصال وحاول مرة أخرى.",
  },

  cameraTitle: "التقاط صورة",
  cameraPicture: "الصورة المباشرة من الكاميرا",
  cameraCapture: "التقاط الصورة",
  cameraSwitch: "تبديل الكاميرا",
  cameraChoose: "اختيار ملف بدلًا من ذلك",
  cameraStarting: "جارٍ تشغيل الكاميرا. قد يسألك المتصفح هل تسمح لهذه الصفحة باستخدامها.",
  cameraFailure: {
    NotAllowedError:
      "لا يُسمح لهذه الصفحة باستخدام الكاميرا. للسماح بذلك، استخدم رمز الكاميرا في شريط عنوان المتصفح " +
      "أو إعداداته الخاصة بهذا الموقع، ثم حاول مرة أخرى. أو اختر ملفًا بدلًا من ذلك.",
    NotFoundError: "لم يُعثر على كاميرا. اختر ملفًا بدلًا من ذلك.",
    NotReadableError: "يستخدم برنامج آخر الكاميرا. أغلقه وحاول مرة أخرى، أو اختر ملفًا بدلًا من ذلك.",
    insecure: "لا تسمح المتصفحات بالكاميرا إلا في صفحات https. اختر ملفًا بدلًا من ذلك.",
    other: "يتعذّر استخدام الكاميرا. اختر ملفًا بدلًا من ذلك.",
    unloaded: "يتعذّر تحميل نافذة الكاميرا. تحقّق من الاتصال وحاول مرة أخرى، أو اختر ملفًا.",
  },
  cameraFile: "camera.jpg",

  keyTitle: "مفتاح الوصول مطلوب",
  keyReason: "تتطلّب هذه الخدمة مفتاح وصول. أدخل مفتاحك، أو اطلب مفتاحًا ممّن يدير الخدمة.",
  keyRefused: "لم تقبل الخدمة مفتاح الوصول هذا؛ فربما فيه خطأ في الكتابة أو أُلغي. أدخله من جديد.",
  keyLabel: "مفتاح الوصول",
  keyKept: "يُحتفظ به إلى أن تغلق علامة التبويب هذه.",
  keyUse: "استخدام هذا المفتاح",
  keyForget: "نسيان مفتاح الوصول",

  verdict: "الحكم",
  call: {
    same: "الشخص نفسه",
    different: "شخصان مختلفان",
    uncertain: "غير مؤكّد",
  },
  sameReason: (distance, threshold) =>
    `المسافة بين الوجهين ${distance}. وما دون ${threshold} يُعدّ الوجهان للشخص نفسه.`,
  differentReason: (distance, threshold) =>
    `المسافة بين الوجهين ${distance}. وابتداءً من ${threshold} يُعدّ الوجهان لشخصين مختلفين.`,
  nearThreshold: (distance, from, to) =>
    `المسافة بين الوجهين ${distance}. ومن ${from} إلى ${to} يكون الحكم غير مؤكّد، إذ ترد هنا صور لشخص واحد ` +
    "وصور لشخصين. جرّب صورًا أخرى: كبيرة وواضحة وملتقطة من الأمام.",
  contradiction:
    "الشبكتان متناقضتان: إحداهما واثقة بأنه شخص واحد، والأخرى واثقة بأنهما شخصان. استخدم صورًا " +
    "أخرى: كبيرة وواضحة وملتقطة من الأمام.",
  nearestPair: (count, one, other) =>
    `هذان هما الأكثر تشابهًا من بين أزواج الوجوه، وعددها ${count}: الوجه ${one} من الصورة الأولى والوجه ` +
    `${other} من الثانية، بالعدّ من الأكبر. وتراعي الدرجة والنسب وجود الأزواج الأخرى.`,
  otherFaces: (count) =>
    count === 1 ? "لم يُقارَن وجه واحد آخر." : `عدد الوجوه الأخرى التي لم تُقارَن: ${count}.`,
  severalPhotos: (count) => `عدد صور الشخص الواحد التي قورنت بالصورة الأخرى: ${count}.`,
  strictly: (threshold, same) =>
    `ووفق العتبة الصارمة ${threshold} وحدها يُعدّ الوجهان ` +
    `${same ? "للشخص نفسه" : "لشخصين مختلفين"}.`,
  score: (score) => `الدرجة ${score} من 100.`,
  falseMatches: (share) => `نسبة أزواج الغرباء التي تتقارب إلى هذا الحد: ${share}.`,
  falseNonMatches: (share) => `نسبة أزواج الشخص الواحد التي تتباعد إلى هذا الحد: ${share}.`,
  fewerThan: (share) => `أقل من ${share}`,
  oneIn: (count) => `1 من كل ${count}`,
  scaleSummary: (distance, threshold, end) =>
    `مقياس من 0، أي الصورة نفسها، إلى ${end}. المسافة ${distance}، والعتبة ${threshold}.`,
  scaleTypical: (same, different) =>
    `تقع تسعة من كل عشرة أزواج لشخص واحد بين ${same}، وتسعة من كل عشرة أزواج لشخصين بين ${different}.`,
  range: (from, to) => `${from} و${to}`,
  distanceLabel: (distance) => `المسافة ${distance}`,
  thresholdLabel: (threshold) => `العتبة ${threshold}`,
  typicalSame: "معظم أزواج الشخص الواحد",
  typicalDifferent: "معظم أزواج الشخصين",
  greyZone: "غير مؤكّد",
  print: "طباعة",
  copyCard: "نسخ كصورة",
  saveCard: "حفظ كصورة",
  cardFile: "facecompare.png",
  copied: "تمّ النسخ.",
  copyFailed: "لا ينسخ هذا المتصفح ذلك. استخدم الحفظ بدلًا منه.",
  cardMade: (moment, engine) => `facecompare، ${moment}، المحرّك ${engine}`,
  cardId: (id) => `المقارنة \u2066${id}\u2069`,
  cardHash: (name, hash) => `${name}: SHA-256 ${hash}`,
  faceOf: (name) => `الوجه المُقارَن من ${name}`,
  strip: (name) => `كل الوجوه في ${name}، والأكثر شبهًا أولًا. اختر وجهًا لمقارنته.`,
  stripFace: (place, count, score) => `الوجه ${place} من ${count}، ${score}`,
  stripScore: (score) => `الدرجة ${score}`,
  worstWarning: (name, warning) => `${name}: ${warning}`,
  reopened: (moment) => `هذه هي المقارنة التي أُجريت في ${moment}؛ ولم يُحتفظ بصورها.`,

  decideTitle: "تجربة عتبة أخرى",
  decideThreshold: "العتبة",
  decideRate: "معدّل التطابق الخاطئ",
  decideOwn: "كما في الحكم",
  decideAnswer: (threshold, call) => `عند ${threshold}: ${call}.`,
  decideRates: (accepted, missed) =>
    `عندها يُقبل ${accepted} من أزواج الغرباء، ويُرفض ${missed} من أزواج الشخص الواحد.`,
  decideUnknown: "لم تُقَس معدّلات الخطأ لهذا المحرّك.",
  codeTitle: "الطلب نفسه باستخدام curl أو Python",
  codeCopy: "نسخ",

  drawing: "المرسوم على الصور",
  drawBoxes: "إطارات",
  drawPoints5: "5 نقاط",
  drawPoints68: "68 نقطة",
  drawLarge: "صور كبيرة",

  facesTitle: "الوجهان اللذان جرت مقارنتهما",
  facesIntroduction: "كل وجه يُدار حتى يستقيم ثم يُقتطع. لا شيء آخر في الصور يؤثّر.",
  cropOf: (name) => `الوجه المقتطع من ${name}`,
  qualityFine: "الوجه كبير وواضح ومضاء بما يكفي، وملتقط من الأمام.",
  quality: {
    face_width: {
      low: (value, limit) =>
        `عرض الوجه ${value} px فقط؛ والموثوق هو ${limit} px أو أكثر. اقترب من الكاميرا.`,
    },
    sharpness: { low: () => "الوجه غير واضح. ثبّت الكاميرا." },
    brightness: {
      low: () => "الوجه معتم جدًّا. وجّهه نحو الضوء.",
      high: () => "الوجه ساطع جدًّا. تجنّب الضوء المبهر والفلاش.",
    },
    contrast: { low: () => "تباين الوجه ضعيف. استخدم إضاءة أوضح." },
    noise: { high: () => "في الصورة تشويش. التقطها في ضوء أقوى." },
    visibility: { low: () => "جزء من الوجه مغطّى أو غير مواجه للكاميرا. اكشفه." },
    eyes_seen: { low: () => "العينان مغطّاتان. انزع النظارة الشمسية." },
    mouth_seen: { low: () => "الفم أو الأنف مغطّى. انزع الكمامة." },
    glare: { high: () => "توجد انعكاسات على العينين. انزع النظارة." },
    yaw: {
      low: (value) => `الوجه ملتفت بمقدار ${value}° إلى يسار الصورة. انظر إلى الكاميرا.`,
      high: (value) => `الوجه ملتفت بمقدار ${value}° إلى يمين الصورة. انظر إلى الكاميرا.`,
    },
    pitch: {
      low: (value) => `الوجه مرفوع إلى الأعلى بمقدار ${value}°. أمسك الكاميرا عند مستوى العينين.`,
      high: (value) => `الوجه مائل إلى الأسفل بمقدار ${value}°. أمسك الكاميرا عند مستوى العينين.`,
    },
  },
  qualityOther: (name, value, unit) => `قيمة غير معتادة، ${name}: ${value} ${unit}.`,

  detailsTitle: "التفاصيل التقنية",
  why: "إظهار ما تعتمد عليه المسافة",
  whyBusy: "يستغرق هذا بضع ثوانٍ…",
  whyMeaning:
    "غُطّيت أجزاء الوجه برقعة، جزءًا بعد جزء. الأحمر: يتباعد الوجهان عند تغطية هذا الجزء؛ " +
    "والأزرق: يتقاربان. يُظهر ذلك ما تعتمد عليه مسافة الشبكة، ولا يُظهر السبب ولا ما قد يستند " +
    "إليه الإنسان، وليس دليلًا.",
  whyOneOfSeveral: "يشمل هذا التفسير هاتين الصورتين وحدهما دون الصور الإضافية.",
  mapOf: (name) => `${name}: ما تعتمد عليه المسافة`,
  rawTitle: "الرد بصيغة JSON",
  chipLeftOut: (length) => `… عدد محارف PNG بترميز base64: ${length}، والصورة معروضة أعلاه`,
  fact: {
    comparison: "المقارنة",
    time: "الوقت",
    engine: "المحرّك",
    distance: "المسافة",
    threshold: "العتبة",
    secondDistance: "مسافة SFace",
    combinedDistance: "المسافة المدمجة",
    combinedThreshold: "العتبة المدمجة",
    decidedBy: "صاحب القرار",
    detectors: "كاشف الوجوه",
    duration: "المدة",
    stages: "المراحل، لكل الصور",
  },
  factOfDlib: { distance: "مسافة dlib", threshold: "عتبة dlib" },
  decidedBy: {
    both: "الشبكتان معًا، بالمتوسط الموزون لمسافتيهما",
    first: "شبكة dlib وحدها، لأن عتبة قد حُدّدت",
    only: "الشبكة الوحيدة في المحرّك",
  },
  notRecorded: "غير مسجّل",
  detectorOf: (name, detector, score) => `${name}: ${detector} (الدرجة ${score})`,
  stage: {
    decode: "فكّ الترميز",
    detect: "الكشف",
    align: "المحاذاة",
    embed: "التضمين",
    match: "المطابقة",
  },
  stageTime: (stage, time) => `${stage} ${time}`,

  rankQuestion: "أيّ الصورتين أقرب؟",
  rankIntroduction: "حمّل صورة أساسية وصورتين مرشّحتين. تُرتَّب المرشّحتان حسب مسافتهما عنها.",
  ranking: "الترتيب",
  closest: (name) => `${name} هي الأقرب`,
  rankFact: (verdict, distance, threshold) =>
    `${verdict}: المسافة ${distance}، والعتبة ${threshold}.`,

  findQuestion: "أيّ هذه الصور تُظهر شخصًا واحدًا؟",
  findIntroduction: "حمّل صورة مرجعية وما شئت من الصور الأخرى، أو ملف CSV يذكر أزواجًا من الصور.",
  findLoad: "تحميل صور",
  findFolder: "تحميل مجلد",
  findDrop: "اختر صورًا أو مجلدًا أو ملف CSV للأزواج، أو أفلتها هنا أو ألصقها",
  findRun: "قارن الكل",
  findResults: "النتائج",
  findStatus: {
    waiting: "حمّل صورة مرجعية وصورة أخرى على الأقل.",
    ready: (count) => `بانتظار المقارنة: ${count}.`,
    busy: (done, count) => `تمّت مقارنة ${done} من ${count}…`,
    done: (count) => `تمّت مقارنة ${count}.`,
    failed: (count) =>
      count === "1" ? "تعذّرت مقارنة واحدة." : `عدد المقارنات التي تعذّرت: ${count}.`,
    cancelled: (done, count) => `أُلغيت المقارنة بعد ${done} من ${count}.`,
  },
  findTooMany: (limit) => `أقصى عدد للصور دفعة واحدة: ${limit}؛ وقد تُركت الصور الأخرى.`,
  findPairs: (count) => `يذكر ملف CSV أزواجًا عددها ${count}. حمّل صورها، أو المجلد الذي يحويها.`,
  findBadCsv:
    "لا يذكر ملف CSV هذا أي أزواج؛ والمتوقع أن يكون السطر الأول image1,image2 وفي كل سطر بعده زوج.",
  findMissing: (name) => `\u2068${name}\u2069 ليس بين الملفات المحمّلة.`,
  findCsv: "تنزيل بصيغة CSV",
  findFile: "facecompare.csv",
  findClear: "إزالة الكل",
  columnPhoto: "الصورة",
  columnVerdict: "الحكم",
  columnDistance: "المسافة",
  remove: (name) => `إزالة \u2068${name}\u2069`,
  lookCloser: (name) => `نظرة أقرب إلى \u2068${name}\u2069`,
  lookCloserShort: "نظرة أقرب",
  rowWaiting: "في الانتظار",
  rowBusy: "جارية المقارنة…",

  historyTitle: "السجل",
  ownTitle: "في علامة التبويب هذه",
  ownIntroduction:
    "ما قارنته منذ أن فتحت علامة التبويب هذه، مع صور صغيرة للوجوه. يُحتفظ بها في علامة التبويب هذه " +
    "فقط، وتُنسى عند إغلاقها.",
  ownEmpty: "لم تُقارن شيئًا بعد. ما تقارنه في علامة التبويب هذه يظهر هنا.",
  ownClear: "نسيان هذه المقارنات",
  columnFaces: "الوجوه",
  reopen: "فتح",
  reopenOf: (one, other) => `فتح المقارنة بين \u2068${one}\u2069 و\u2068${other}\u2069`,
  logTitle: "سجل الخدمة",
  logIntroduction: "إدخال عن كل مقارنة: بلا صور، وبلا أي بيانات بيومترية.",
  logNeedsKey: "تتطلّب قراءة السجل مفتاح وصول.",
  logEmpty: "لم يُعثر على إدخالات. قارن صورتين، أو اختر بداية أخرى أو صاحب طلب آخر.",
  filterSince: "من",
  since: {
    "": "البداية",
    "24h": "آخر 24 ساعة",
    "7d": "آخر 7 أيام",
    "30d": "آخر 30 يومًا",
  },
  filterCaller: "صاحب الطلب",
  filterApply: "عرض",
  logCsv: "تنزيل بصيغة CSV",
  logFile: "comparisons.csv",
  logPage: (number, count) => `الصفحة ${number}: ${count}`,
  logCount: (count) => (count === 1 ? "إدخال واحد" : `عدد الإدخالات ${count}`),
  newer: "الأحدث",
  older: "الأقدم",
  columnTime: "الوقت",
  columnPhotos: "الصور",
  columnCaller: "صاحب الطلب",
  columnFiles: "SHA-256 للملفات",
  columnActions: "الإجراءات",
  pair: (one, other) => `\u2068${one}\u2069 و\u2068${other}\u2069`,
  deleteRecord: "حذف",
  deleteRecordOf: (moment) => `حذف إدخال ${moment}`,
  deleteTitle: "هل تريد حذف هذا الإدخال؟",
  deleteReason: (moment, verdict) => `${moment}، ${verdict}. لا يمكن استرجاعه.`,
  deleted: "حُذف الإدخال.",
  loading: "جارٍ التحميل…",

  aboutTitle: "حول هذه الخدمة",
  storedTitle: "ما الذي يُخزَّن؟",
  stored:
    "لا تُخزَّن في سجل الخدمة أي صور، ولا أيّ من الأرقام المحسوبة من الوجوه. تحتفظ الخدمة بإدخال " +
    "عن كل مقارنة: الحكم والمسافات والوقت وصاحب الطلب وبصمة (hash) لكل ملف " +
    "لا يمكن استرجاع الصورة منها.",
  storedDays: (days) => `يُحتفظ بكل إدخال لمدة ${days} يومًا، أو إلى أن يُحذف.`,
  storedUploads:
    "الصور الأكبر من أن يتّسع لها طلب واحد تُرفع أولًا، ثم تُزال تلقائيًّا خلال يوم أو يومين.",
  storedHere:
    "يصغّر متصفحك الصور الكبيرة قبل إرسالها. وعندها يبقى لديك كل ما عدا ذلك في الملف، مثل المكان الذي " +
    "التُقطت فيه الصورة. ويحتفظ بصور صغيرة للوجوه المقارَنة إلى أن تغلق علامة التبويب هذه.",
  networksTitle: "كيف يُتّخذ القرار؟",
  networks:
    "في الوضع الافتراضي تفحص شبكتان، شبكة dlib وشبكة SFace، كلا الوجهين، والقرار للمتوسط الموزون " +
    "لمسافتيهما. وإذا حُدّدت عتبة، فالقرار لشبكة dlib وحدها. وإذا تناقضت الشبكتان تناقضًا " +
    "شديدًا، تقول هذه الصفحة «غير مؤكّد».",
  training:
    "دُرّبت شبكة dlib على نحو 3 ملايين وجه؛ وقد تجنّب مؤلفها الأشخاص الواردين في LFW، وبصورهم قيست الأرقام " +
    "الواردة أدناه. ولا أحد يذكر على أي بيانات دُرّبت SFace، فربما سبق لها أن رأتهم.",
  accuracyTitle: "ما مدى دقتها؟",
  accuracy:
    "على 1,000 زوج من الصور الصحفية التي لم تُستخدم لاختيار الإعدادات (LFW View 1, DevTest)، تصيب " +
    "المحرّكات بهذه النسب:",
  accuracyEngine: "المحرّك",
  accuracyThreshold: "العتبة",
  accuracyRight: "نسبة الصواب",
  accuracyRows: [
    ["dlib-sface (الافتراضي)", "0.598", "99.3\u00a0%"],
    ["dlib-fast", "0.6", "99.0\u00a0%"],
    ["dlib-fast", "0.5", "94.2\u00a0%"],
    ["dlib-accurate", "0.6", "98.6\u00a0%"],
    ["dlib-accurate", "0.5", "96.5\u00a0%"],
  ],
  accuracyMeaning:
    "العتبات صارمة: فهي لا تكاد تقبل أحدًا من الغرباء، وترفض بعض أزواج الشخص الواحد، ونسبتها في المحرّك " +
    "الافتراضي 1.2\u00a0%. لذلك تُسمّى المسافات التي يرد عندها النوعان غير مؤكّدة.",
  limitsTitle: "ما لا يجوز استخدامها فيه",
  limits: [
    "الحكم قياس، وليس دليلًا على هوية أحد. لا تدعه يقرّر وحده في حقوق أي إنسان.",
    "الشبكتان أضعف مع الأطفال، وتتفاوت دقتهما بين فئات الناس.",
    "الصورة الواحدة لا تُثبت أن شخصًا حيًّا وقف أمام الكاميرا.",
    "لا تقارن إلا صور من يوافقون على ذلك، أو حيث يسمح لك القانون.",
  ],
  developersTitle: "للمطوّرين",
  apiLink: "كل عمليات API",
  apiFile: "وثيقة OpenAPI",
  version: (version) => `الإصدار ${version}.`,

  apiTitle: "واجهة API",
  apiIntroduction: "ما تستخدمه هذه الصفحة متاح للجميع: كل عملية مع معاملاتها وردودها وأخطائها.",
  apiBack: "العودة إلى المقارنة",
  apiContents: "العمليات",
  apiNeedsKey: "تتطلّب مفتاح وصول حيث تطلبه الخدمة: Authorization: Bearer KEY.",
  apiParameters: "المعاملات",
  apiRequestBody: "متن الطلب",
  apiResponses: "الردود",
  apiExample: "مثال على ردّ",
  apiRequestExample: "مثال على متن طلب",
  apiSchemas: "المخططات",
  apiName: "الاسم",
  apiType: "النوع",
  apiMeaning: "المعنى",
  apiRequired: "مطلوب",
  apiAnyType: "أي نوع",
  apiOr: " أو ",
  apiArrayOf: (items) => `مصفوفة من ${items}`,
  apiTuple: (length, items) => `${length} × ${items}`,
  apiMaxLength: "الحد الأقصى لعدد المحارف: ",
  apiPattern: "يطابق ",
  apiDefault: (value) => `القيمة الافتراضية: ${value}`,

  notProof: "الحكم قياس، وليس دليلًا على هوية أحد.",
  nothingKept: "لا يُحتفظ بأي صورة.",
};
