// `wix-auth` offline. Nobody's permissions are checked, so an elevated function is the function (R507).
export function elevate(sourceFunction) {
  if (typeof sourceFunction !== "function") throw new TypeError("elevate() takes a function");
  return (...given) => sourceFunction(...given);
}
