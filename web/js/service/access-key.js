/** The visitor's access key, kept for this tab. */

const STORAGE_KEY = "facecompare.key"; // in sessionStorage, which ends with the tab

export const accessKey = {
  /** @returns {string | null} */
  get() {
    return sessionStorage.getItem(STORAGE_KEY);
  },
  /** @param {string} key */
  keep(key) {
    sessionStorage.setItem(STORAGE_KEY, key);
  },
  forget() {
    sessionStorage.removeItem(STORAGE_KEY);
  },
};
