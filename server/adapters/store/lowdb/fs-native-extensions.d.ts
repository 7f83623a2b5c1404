declare module 'fs-native-extensions' {
  /** An exclusive kernel lock on the open file; false when somebody else holds one. Released when the file is closed. */
  export function tryLock(fd: number): boolean
}
