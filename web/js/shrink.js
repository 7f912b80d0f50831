/**
 * Photos as they are sent: no larger than the service needs to find and compare faces.
 *
 * A phone's photo of 12 megapixels has 3 to 8 MB, which takes half a minute over a slow line and is
 * more than a request to Lambda may carry. The service looks for faces at a width of 600 px and cuts
 * them out of the photo as it came, so a long side of 1,600 px leaves the faces of a portrait or a
 * small group with more pixels than the network takes in.
 */

const LONG_SIDE_PX = 1600;
const QUALITY = 0.92; // JPEG, 0 to 1
const SENT_AS_IT_IS_BYTES = 400_000; // a photo this small gains nothing

/**
 * The photo, upright and small enough; the file itself where it is small or where the browser cannot
 * read it: the service knows more formats, and says what is wrong with a file in words.
 * @param {Blob} file
 * @returns {Promise<Blob>}
 */
export async function shrunk(file) {
  if (file.size <= SENT_AS_IT_IS_BYTES) return file;
  const picture = await decoded(file);
  if (!picture) return file;
  const smaller = await asJpeg(picture);
  picture.close();
  return smaller && smaller.size < file.size ? smaller : file;
}

async function decoded(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return null; // HEIC, TIFF, or no picture at all
  }
}

function asJpeg(picture) {
  const scale = Math.min(1, LONG_SIDE_PX / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const context = canvas.getContext("2d");
  context.fillStyle = "white"; // behind what is transparent, as the service has it
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
}
