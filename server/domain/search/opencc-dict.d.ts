declare module 'opencc-js/dict/TSCharacters' {
  const pairs: string
  export default pairs
}
declare module 'opencc-js/dict/TWVariantsRev' {
  const pairs: string
  export default pairs
}
declare module 'opencc-js/dict/HKVariantsRev' {
  const pairs: string
  export default pairs
}
