/** Every text of the page, in German: see en.js. */

/** @type {typeof import("./en.js").texts} */
export const texts = {
  brand: "facecompare",
  skip: "Zum Inhalt springen",
  navigation: "Ansichten",
  navCompare: "Vergleichen",
  navRank: "Reihen",
  navFind: "Finden",
  navHistory: "Verlauf",
  navAbout: "Über",
  language: "Sprache",

  question: "Sind diese beiden Fotos dieselbe Person?",
  introduction:
    "Laden Sie zwei Fotos. Von allen Gesichtern darin werden die beiden ähnlichsten verglichen.",

  photos: "Fotos",
  photoName: {
    anchor: "Anker",
    image1: "Bild 1",
    image2: "Bild 2",
    reference: "Vorlage",
    candidate1: "Kandidat 1",
    candidate2: "Kandidat 2",
  },
  load: (name) => `${name} laden`,
  replace: (name) => `${name} ersetzen`,
  removePhoto: (name) => `${name} entfernen`,
  swap: "Die Fotos tauschen",
  takeWithCamera: (name) => `${name} mit der Kamera aufnehmen`,
  noPhoto: "Foto wählen, ablegen oder einfügen",
  unviewable: "Dieser Browser kann die Datei nicht zeigen. Sie wird gesendet, wie sie ist.",
  shownByService:
    "Dieser Browser kann die Datei nicht zeigen; dies ist das Bild, das der Dienst davon macht.",
  pictureOf: (name, file) => `${name}: ${file}`,
  photoFacts: (width, height, size) => `${width}\u00a0×\u00a0${height}\u00a0px, ${size}`,
  sentAs: (facts, size) => `${facts}, gesendet mit ${size}`,
  errorOf: (name, message) => `${name}: ${message}`,
  oneFaceFound: "1 Gesicht gefunden",
  facesFound: (count) =>
    `${count} Gesichter gefunden; verglichen wird das, das dem anderen Foto am ähnlichsten ist`,
  facesFoundAndDrawn: (count) =>
    `${count} Gesichter gefunden; verglichen wird das gelb umrahmte, das dem anderen Foto am ähnlichsten ist`,
  facesFoundAndChosen: (count) =>
    `${count} Gesichter gefunden; verglichen wird das von Ihnen gewählte, gelb umrahmte`,
  chooseAnother: "Klicken Sie auf ein anderes Gesicht, um dieses zu vergleichen.",
  compareFace: (place, count) => `Gesicht ${place} von ${count} vergleichen`,
  comparedFace: (place, count) => `Gesicht ${place} von ${count}, das verglichen wird`,
  notDrawn:
    "Dieser Browser zeigt das Foto in einer anderen Form, als der Dienst es sieht; darum ist nichts eingezeichnet.",
  pasted: (name) => `Das Foto wurde als ${name} eingefügt.`,
  takenIn: (count) => `${count} Fotos wurden übernommen.`,
  tooManyDropped: (count) => `Hier ist nur für ${count} Fotos Platz; die anderen blieben weg.`,

  examplesTitle: "Keine Fotos zur Hand? Probieren Sie",
  examplesLabel: "Beispielfotos",
  examplesSame: "zwei Fotos einer Person",
  examplesDifferent: "Fotos von zwei Personen",
  examplesRank: "drei Beispielfotos",
  examplesFind: "ein Beispiel",
  credit: {
    "obama.jpg": "Barack Obama, offizielles Porträt als Präsident. Weißes Haus, gemeinfrei.",
    "obama2.jpg": "Barack Obama, offizielle Fotografie als Präsident. Weißes Haus, gemeinfrei.",
    "biden.jpg": "Joe Biden, offizielles Porträt als Vizepräsident. Weißes Haus, gemeinfrei.",
  },

  also: (name) => `Weitere Fotos der Person in ${name} hinzufügen`,
  alsoAdded: (names) => `Auch von dieser Person: ${names}`,
  alsoRemove: "Diese entfernen",
  alsoForgotten: "Die weiteren Fotos gehörten zum vorigen Foto und wurden entfernt.",
  predict: "Vergleichen",
  rank: "Reihen",
  cancel: "Abbrechen",
  close: "Schließen",
  status: {
    waiting: "Laden Sie zwei Fotos und drücken Sie dann Vergleichen.",
    waitingForThree: "Laden Sie einen Anker und zwei Kandidaten und drücken Sie dann Reihen.",
    ready: "Bereit zum Vergleichen.",
    preparing: "Wird vorbereitet…",
    sending: "Wird gesendet…",
    busy: "Wird verglichen…",
    cancelled: "Abgebrochen.",
    failed: "Kein Ergebnis.",
    done: (seconds) => `Verglichen in ${seconds}.`,
  },
  progressLabel: "Fortschritt",

  failure: {
    loadFirst: "Laden Sie hier zuerst ein Foto.",
    unreachable:
      "Der Dienst ist nicht erreichbar. Prüfen Sie die Verbindung und versuchen Sie es noch einmal.",
    offline:
      "Sie sind offline. Verbinden Sie sich mit dem Internet und versuchen Sie es noch einmal.",
    unreadableFile:
      "Diese Datei lässt sich nicht mehr lesen; vielleicht wurde sie geändert oder verschoben. Laden Sie sie " +
      "noch einmal.",
    unreadableResponse:
      "Der Dienst gab eine Antwort, die diese Seite nicht versteht. Versuchen Sie es später noch einmal.",
    tooLarge: "Die Fotos sind zu groß für den Dienst. Laden Sie kleinere.",
    uploadTooLarge: (size, limit) =>
      `Diese Datei hat ${size}; höchstens ${limit} werden angenommen. Laden Sie eine kleinere.`,
    uploadRefused:
      "Das große Foto ließ sich nicht hochladen. Laden Sie ein kleineres oder versuchen Sie es später.",
    notHere:
      "An dieser Adresse ist kein Vergleichsdienst. Prüfen Sie die Adresse und laden Sie die Seite neu.",
    busy: "Der Dienst hat gerade zu viel zu tun. Versuchen Sie es in einigen Sekunden noch einmal.",
    unavailable: "Der Dienst kann gerade nicht antworten. Versuchen Sie es später noch einmal.",
    unexpected: (status) =>
      `Der Dienst lehnte ohne Begründung ab (HTTP ${status}). Versuchen Sie es später noch einmal.`,
    view: "Diese Ansicht lässt sich nicht laden. Prüfen Sie die Verbindung und laden Sie die Seite neu.",
    example:
      "Die Beispielfotos lassen sich nicht laden. Prüfen Sie die Verbindung und versuchen Sie es noch einmal.",
  },

  cameraTitle: "Ein Foto aufnehmen",
  cameraPicture: "Bild der Kamera",
  cameraCapture: "Aufnehmen",
  cameraSwitch: "Kamera wechseln",
  cameraChoose: "Stattdessen eine Datei wählen",
  cameraStarting:
    "Die Kamera startet. Ihr Browser fragt vielleicht, ob diese Seite sie benutzen darf.",
  cameraFailure: {
    NotAllowedError:
      "Diese Seite darf die Kamera nicht benutzen. Erlauben Sie es mit dem Kamerazeichen in der Adresszeile " +
      "des Browsers oder in seinen Einstellungen für diese Seite und versuchen Sie es noch einmal. Oder wählen " +
      "Sie eine Datei.",
    NotFoundError: "Es wurde keine Kamera gefunden. Wählen Sie stattdessen eine Datei.",
    NotReadableError:
      "Ein anderes Programm benutzt die Kamera. Schließen Sie es und versuchen Sie es noch einmal, oder wählen " +
      "Sie eine Datei.",
    insecure:
      "Browser erlauben die Kamera nur auf Seiten mit https. Wählen Sie stattdessen eine Datei.",
    other: "Die Kamera lässt sich nicht benutzen. Wählen Sie stattdessen eine Datei.",
    unloaded:
      "Der Kameradialog lässt sich nicht laden. Prüfen Sie die Verbindung und versuchen Sie es noch einmal, " +
      "oder wählen Sie eine Datei.",
  },
  cameraFile: "camera.jpg",

  keyTitle: "Zugangsschlüssel nötig",
  keyReason:
    "Dieser Dienst verlangt einen Zugangsschlüssel. Geben Sie Ihren ein, oder fragen Sie den Betreiber danach.",
  keyRefused:
    "Der Dienst nahm diesen Zugangsschlüssel nicht an; vielleicht ist er vertippt oder widerrufen. Geben Sie " +
    "ihn noch einmal ein.",
  keyLabel: "Zugangsschlüssel",
  keyKept: "Er wird behalten, bis Sie diesen Tab schließen.",
  keyUse: "Diesen Schlüssel benutzen",
  keyForget: "Den Zugangsschlüssel vergessen",

  verdict: "Ergebnis",
  call: {
    same: "Dieselbe Person",
    different: "Verschiedene Personen",
    uncertain: "Unsicher",
  },
  sameReason: (distance, threshold) =>
    `Der Abstand der beiden Gesichter ist ${distance}. Unter ${threshold} gelten sie als dieselbe Person.`,
  differentReason: (distance, threshold) =>
    `Der Abstand der beiden Gesichter ist ${distance}. Ab ${threshold} gelten sie als verschiedene Personen.`,
  nearThreshold: (distance, from, to) =>
    `Der Abstand der beiden Gesichter ist ${distance}. Von ${from} bis ${to} ist es unsicher: Dort liegen Fotos ` +
    "einer Person wie auch zweier Personen. Versuchen Sie andere Fotos: groß, scharf und von vorn.",
  contradiction:
    "Die beiden Netze widersprechen einander: Das eine ist sich einer Person sicher, das andere zweier. Nehmen " +
    "Sie andere Fotos: groß, scharf und von vorn.",
  nearestPair: (count, one, other) =>
    `Dies sind die ähnlichsten von ${count} Gesichterpaaren: Gesicht ${one} des ersten Fotos und Gesicht ` +
    `${other} des zweiten, vom größten an gezählt. Punkte und Raten berücksichtigen die anderen.`,
  otherFaces: (count) =>
    count === 1
      ? "1 weiteres Gesicht wurde nicht verglichen."
      : `${count} weitere Gesichter wurden nicht verglichen.`,
  severalPhotos: (count) => `${count} Fotos einer Person wurden mit dem anderen Foto verglichen.`,
  strictly: (threshold, same) =>
    `Allein nach der strengen Schwelle ${threshold} gelten sie als ` +
    `${same ? "dieselbe Person" : "verschiedene Personen"}.`,
  score: (score) => `${score} von 100 Punkten.`,
  falseMatches: (share) => `So nah kommen sich von den Paaren Fremder: ${share}.`,
  falseNonMatches: (share) => `So weit auseinander liegen von den Paaren einer Person: ${share}.`,
  fewerThan: (share) => `weniger als ${share}`,
  oneIn: (count) => `1 von ${count}`,
  scaleSummary: (distance, threshold, end) =>
    `Skala von 0, demselben Foto, bis ${end}. Abstand ${distance}, Schwelle ${threshold}.`,
  scaleTypical: (same, different) =>
    `Neun von zehn Paaren einer Person liegen zwischen ${same}, neun von zehn Paaren zweier Personen zwischen ` +
    `${different}.`,
  range: (from, to) => `${from} und ${to}`,
  distanceLabel: (distance) => `Abstand ${distance}`,
  thresholdLabel: (threshold) => `Schwelle ${threshold}`,
  typicalSame: "die meisten Paare einer Person",
  typicalDifferent: "die meisten Paare zweier Personen",
  greyZone: "unsicher",
  print: "Drucken",
  copyCard: "Als Bild kopieren",
  saveCard: "Als Bild speichern",
  cardFile: "facecompare.png",
  copied: "Kopiert.",
  copyFailed: "Dieser Browser kopiert es nicht. Speichern Sie es stattdessen.",
  cardMade: (moment, engine) => `facecompare, ${moment}, Engine ${engine}`,
  cardId: (id) => `Vergleich ${id}`,
  cardHash: (name, hash) => `${name}: SHA-256 ${hash}`,
  faceOf: (name) => `Das verglichene Gesicht aus ${name}`,
  strip: (name) =>
    `Alle Gesichter in ${name}, die ähnlichsten zuerst. Wählen Sie eines, um es zu vergleichen.`,
  stripFace: (place, count, score) => `Gesicht ${place} von ${count}, ${score}`,
  stripScore: (score) => `${score} Punkte`,
  worstWarning: (name, warning) => `${name}: ${warning}`,
  reopened: (moment) => `Dies ist der Vergleich vom ${moment}; seine Fotos wurden nicht behalten.`,

  decideTitle: "Eine andere Schwelle probieren",
  decideThreshold: "Schwelle",
  decideRate: "Rate falscher Treffer",
  decideOwn: "wie entschieden",
  decideAnswer: (threshold, call) => `Bei ${threshold}: ${call}.`,
  decideRates: (accepted, missed) =>
    `Dort würden von den Paaren Fremder ${accepted} angenommen und von den Paaren einer Person ${missed} abgelehnt.`,
  decideUnknown: "Die Fehlerraten dieser Engine wurden nicht gemessen.",
  codeTitle: "Dasselbe mit curl oder Python",
  codeCopy: "Kopieren",

  drawing: "Auf den Fotos eingezeichnet",
  drawBoxes: "Rahmen",
  drawPoints5: "5 Punkte",
  drawPoints68: "68 Punkte",
  drawLarge: "Große Fotos",

  facesTitle: "Die verglichenen Gesichter",
  facesIntroduction:
    "Jedes Gesicht wird aufgerichtet und ausgeschnitten. Nichts anderes in den Fotos zählt.",
  cropOf: (name) => `Das aus ${name} ausgeschnittene Gesicht`,
  qualityFine: "Groß, scharf und hell genug und von vorn gesehen.",
  quality: {
    face_width: {
      low: (value, limit) =>
        `Das Gesicht ist nur ${value} px breit; ab ${limit} px ist es verlässlich. Gehen Sie näher heran.`,
    },
    sharpness: { low: () => "Das Gesicht ist unscharf. Halten Sie die Kamera ruhig." },
    brightness: {
      low: () => "Das Gesicht ist sehr dunkel. Wenden Sie es zum Licht.",
      high: () => "Das Gesicht ist sehr hell. Vermeiden Sie grelles Licht und den Blitz.",
    },
    contrast: { low: () => "Das Gesicht hat wenig Kontrast. Nehmen Sie klareres Licht." },
    noise: { high: () => "Das Foto rauscht. Nehmen Sie es bei mehr Licht auf." },
    visibility: {
      low: () => "Ein Teil des Gesichts ist verdeckt oder abgewandt. Decken Sie es auf.",
    },
    eyes_seen: { low: () => "Die Augen sind verdeckt. Nehmen Sie die Sonnenbrille ab." },
    mouth_seen: { low: () => "Mund oder Nase sind verdeckt. Nehmen Sie die Maske ab." },
    glare: { high: () => "Auf den Augen sind Spiegelungen. Nehmen Sie die Brille ab." },
    yaw: {
      low: (value) =>
        `Das Gesicht ist um ${value}° zur linken Bildseite gedreht. Sehen Sie in die Kamera.`,
      high: (value) =>
        `Das Gesicht ist um ${value}° zur rechten Bildseite gedreht. Sehen Sie in die Kamera.`,
    },
    pitch: {
      low: (value) =>
        `Das Gesicht blickt um ${value}° nach oben. Halten Sie die Kamera in Augenhöhe.`,
      high: (value) =>
        `Das Gesicht blickt um ${value}° nach unten. Halten Sie die Kamera in Augenhöhe.`,
    },
  },
  qualityOther: (name, value, unit) => `Ungewöhnlich, ${name}: ${value} ${unit}.`,

  detailsTitle: "Technische Einzelheiten",
  why: "Zeigen, wovon der Abstand abhängt",
  whyBusy: "Das dauert einige Sekunden…",
  whyMeaning:
    "Ein Fleck deckte einen Teil eines Gesichts nach dem anderen ab. Rot: Die beiden Gesichter rücken " +
    "auseinander, wenn dieser Teil verdeckt ist; blau: Sie rücken zusammen. Das zeigt, wovon der Abstand des " +
    "Netzes abhängt, weder warum noch wonach ein Mensch ginge, und es ist kein Beweis.",
  whyOneOfSeveral: "Erklärt werden nur diese beiden Fotos; die weiteren sind nicht dabei.",
  mapOf: (name) => `${name}: wovon der Abstand abhängt`,
  rawTitle: "Antwort als JSON",
  chipLeftOut: (length) => `… ${length} Zeichen PNG in Base64, oben gezeigt`,
  fact: {
    comparison: "Vergleich",
    time: "Zeit",
    engine: "Engine",
    distance: "Abstand",
    threshold: "Schwelle",
    secondDistance: "Abstand nach SFace",
    combinedDistance: "Gemeinsamer Abstand",
    combinedThreshold: "Gemeinsame Schwelle",
    decidedBy: "Entschieden durch",
    detectors: "Gesichter gefunden durch",
    duration: "Dauer",
    stages: "Schritte, alle Fotos",
  },
  factOfDlib: { distance: "Abstand nach dlib", threshold: "Schwelle für dlib" },
  decidedBy: {
    both: "beide Netze, durch das gewichtete Mittel ihrer Abstände",
    first: "dlib allein, weil eine Schwelle gesetzt war",
    only: "das eine Netz der Engine",
  },
  notRecorded: "nicht aufgezeichnet",
  detectorOf: (name, detector, score) => `${name}: ${detector} (Wert ${score})`,
  stage: {
    decode: "Lesen",
    detect: "Finden",
    align: "Ausrichten",
    embed: "Einbetten",
    match: "Vergleichen",
  },
  stageTime: (stage, time) => `${stage} ${time}`,

  rankQuestion: "Welches von zweien ist näher?",
  rankIntroduction:
    "Laden Sie ein Foto als Anker und zwei Kandidaten. Sie werden nach ihrem Abstand zu ihm gereiht.",
  ranking: "Reihenfolge",
  closest: (name) => `${name} ist näher`,
  rankFact: (verdict, distance, threshold) =>
    `${verdict}: Abstand ${distance}, Schwelle ${threshold}.`,

  findQuestion: "Welche dieser Fotos zeigen eine Person?",
  findIntroduction:
    "Laden Sie ein Foto als Vorlage und so viele andere, wie Sie wollen, oder eine CSV-Datei, die Paare nennt.",
  findLoad: "Fotos laden",
  findFolder: "Ordner laden",
  findDrop: "Fotos, einen Ordner oder eine CSV-Datei mit Paaren wählen, ablegen oder einfügen",
  findRun: "Alle vergleichen",
  findResults: "Ergebnisse",
  findStatus: {
    waiting: "Laden Sie eine Vorlage und mindestens ein Foto.",
    ready: (count) => `${count} zu vergleichen.`,
    busy: (done, count) => `${done} von ${count} verglichen…`,
    done: (count) => `${count} verglichen.`,
    failed: (count) =>
      count === "1" ? "1 ließ sich nicht vergleichen." : `${count} ließen sich nicht vergleichen.`,
    cancelled: (done, count) => `Abgebrochen nach ${done} von ${count}.`,
  },
  findTooMany: (limit) => `Nur ${limit} Fotos auf einmal; die anderen blieben weg.`,
  findPairs: (count) =>
    `Die CSV-Datei nennt ${count} Paare. Laden Sie ihre Fotos oder den Ordner, in dem sie liegen.`,
  findBadCsv:
    "Diese CSV-Datei nennt keine Paare; erwartet wird eine erste Zeile image1,image2 und in jeder weiteren ein Paar.",
  findMissing: (name) => `${name} ist nicht unter den geladenen Dateien.`,
  findCsv: "Als CSV herunterladen",
  findFile: "facecompare.csv",
  findClear: "Alle entfernen",
  columnPhoto: "Foto",
  columnVerdict: "Ergebnis",
  columnDistance: "Abstand",
  remove: (name) => `${name} entfernen`,
  lookCloser: (name) => `${name} genauer ansehen`,
  lookCloserShort: "Genauer ansehen",
  rowWaiting: "Wartet",
  rowBusy: "Wird verglichen…",

  historyTitle: "Verlauf",
  ownTitle: "In diesem Tab",
  ownIntroduction:
    "Was Sie verglichen haben, seit Sie diesen Tab geöffnet haben, mit kleinen Bildern der Gesichter. Sie " +
    "bleiben nur in diesem Tab, und wenn Sie ihn schließen, sind sie vergessen.",
  ownEmpty: "Es wurde noch nichts verglichen. Was Sie in diesem Tab vergleichen, steht dann hier.",
  ownClear: "Diese vergessen",
  columnFaces: "Gesichter",
  reopen: "Öffnen",
  reopenOf: (one, other) => `Den Vergleich von ${one} und ${other} öffnen`,
  logTitle: "Das Protokoll des Dienstes",
  logIntroduction: "Die Aufzeichnung jedes Vergleichs: kein Foto und nichts Biometrisches.",
  logNeedsKey: "Um das Protokoll zu lesen, braucht es einen Zugangsschlüssel.",
  logEmpty:
    "Keine Einträge gefunden. Vergleichen Sie zwei Fotos, oder wählen Sie einen anderen Beginn oder Aufrufer.",
  filterSince: "Von",
  since: {
    "": "Anfang an",
    "24h": "den letzten 24 Stunden",
    "7d": "den letzten 7 Tagen",
    "30d": "den letzten 30 Tagen",
  },
  filterCaller: "Aufrufer",
  filterApply: "Zeigen",
  logCsv: "Als CSV herunterladen",
  logFile: "comparisons.csv",
  logPage: (number, count) => `Seite ${number}: ${count}`,
  logCount: (count) => (count === 1 ? "1 Eintrag" : `${count} Einträge`),
  newer: "Neuere",
  older: "Ältere",
  columnTime: "Zeit",
  columnPhotos: "Fotos",
  columnCaller: "Aufrufer",
  columnFiles: "SHA-256 der Dateien",
  columnActions: "Aktionen",
  pair: (one, other) => `${one} und ${other}`,
  deleteRecord: "Löschen",
  deleteRecordOf: (moment) => `Den Eintrag vom ${moment} löschen`,
  deleteTitle: "Diesen Eintrag löschen?",
  deleteReason: (moment, verdict) => `${moment}, ${verdict}. Er lässt sich nicht wiederherstellen.`,
  deleted: "Der Eintrag wurde gelöscht.",
  loading: "Wird geladen…",

  aboutTitle: "Über diesen Dienst",
  storedTitle: "Was wird gespeichert?",
  stored:
    "Das Protokoll des Dienstes enthält keine Fotos und keine der aus den Gesichtern berechneten Zahlen. Es " +
    "verzeichnet jeden Vergleich: das Ergebnis, die Abstände, die Zeit, den Aufrufer und eine Prüfsumme jeder Datei, aus " +
    "der sich das Foto nicht zurückgewinnen lässt.",
  storedDays: (days) => `Ein Eintrag wird ${days} Tage lang aufbewahrt oder bis er gelöscht wird.`,
  storedUploads:
    "Fotos, die für eine Anfrage zu groß sind, werden vorher hochgeladen und verschwinden innerhalb von ein, " +
    "zwei Tagen von selbst.",
  storedHere:
    "Ihr Browser verkleinert große Fotos, bevor er sie sendet. Was sonst in der Datei steht, etwa wo das Foto " +
    "entstand, bleibt dann bei Ihnen. Kleine Bilder der verglichenen Gesichter behält er, bis Sie den Tab schließen.",
  networksTitle: "Wie wird entschieden?",
  networks:
    "Normalerweise betrachten zwei Netze, das von dlib und das von SFace, beide Gesichter, und das gewichtete " +
    "Mittel ihrer zwei Abstände entscheidet. Wo eine Schwelle gesetzt ist, entscheidet dlib allein. Wo die beiden " +
    "einander stark widersprechen, sagt diese Seite „Unsicher“.",
  training:
    "Das Netz von dlib lernte von etwa 3 Millionen Gesichtern; sein Autor vermied Personen aus LFW, an deren Fotos " +
    "die Zahlen unten gemessen wurden. Wovon SFace lernte, sagt niemand; es kann sie also gesehen haben.",
  accuracyTitle: "Wie genau ist es?",
  accuracy:
    "Bei 1.000 Paaren von Pressefotos, nach denen die Einstellungen nicht gewählt wurden (LFW View 1, DevTest), " +
    "haben die Engines so oft recht:",
  accuracyEngine: "Engine",
  accuracyThreshold: "Schwelle",
  accuracyRight: "Richtig",
  accuracyRows: [
    ["dlib-sface (Standard)", "0,598", "99,3\u00a0%"],
    ["dlib-fast", "0,6", "99,0\u00a0%"],
    ["dlib-fast", "0,5", "94,2\u00a0%"],
    ["dlib-accurate", "0,6", "98,6\u00a0%"],
    ["dlib-accurate", "0,5", "96,5\u00a0%"],
  ],
  accuracyMeaning:
    "Die Schwellen sind streng: Sie nehmen fast keine Fremden an und lehnen manche Paare einer Person ab, die des " +
    "Standards 1,2\u00a0% davon. Darum heißen Abstände, bei denen beides vorkommt, unsicher.",
  limitsTitle: "Wofür es nicht benutzt werden darf",
  limits: [
    "Ein Ergebnis ist eine Messung und kein Beweis, wer jemand ist. Lassen Sie es nie allein über jemandes Rechte entscheiden.",
    "Die Netze sind bei Kindern schwächer und unterscheiden sich zwischen Gruppen von Menschen.",
    "Ein einzelnes Foto zeigt nicht, dass ein lebender Mensch vor der Kamera stand.",
    "Vergleichen Sie Fotos nur von Menschen, die einverstanden sind, oder wo das Gesetz es erlaubt.",
  ],
  developersTitle: "Für Entwickler",
  apiLink: "Alle Operationen der API",
  apiFile: "OpenAPI-Dokument",
  version: (version) => `Version ${version}.`,

  apiTitle: "Die API",
  apiIntroduction:
    "Was diese Seite benutzt, darf jeder benutzen: jede Operation mit ihren Parametern, Antworten und Fehlern.",
  apiBack: "Zurück zum Vergleich",
  apiContents: "Operationen",
  apiNeedsKey:
    "Braucht einen Zugangsschlüssel, wo der Dienst einen verlangt: Authorization: Bearer KEY.",
  apiParameters: "Parameter",
  apiRequestBody: "Anfrage",
  apiResponses: "Antworten",
  apiExample: "Beispiel einer Antwort",
  apiRequestExample: "Beispiel einer Anfrage",
  apiSchemas: "Schemata",
  apiName: "Name",
  apiType: "Typ",
  apiMeaning: "Bedeutung",
  apiRequired: "nötig",
  apiAnyType: "beliebig",
  apiOr: " oder ",
  apiArrayOf: (items) => `Liste von ${items}`,
  apiTuple: (length, items) => `${length} × ${items}`,
  apiMaxLength: "höchstens so viele Zeichen: ",
  apiPattern: "passt auf ",
  apiDefault: (value) => `Vorgabe: ${value}`,

  notProof: "Ein Ergebnis ist eine Messung und kein Beweis, wer jemand ist.",
  nothingKept: "Kein Foto wird behalten.",
};
