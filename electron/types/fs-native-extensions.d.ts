/** The part of fs-native-extensions that is used here; the package ships no types. */
declare module 'fs-native-extensions' {
  /** Takes an exclusive lock on a whole file until it is closed; false when another open file holds it. */
  export function tryLock(fileDescriptor: number): boolean;
}
