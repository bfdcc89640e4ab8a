// `wix-web-module` offline: a web method is the function that it wraps, for backend code and for tests.
export const Permissions = Object.freeze({ Anyone: "anyone", Admin: "admin", SiteMember: "siteMember" });

export function webMethod(permission, method) {
  if (!Object.values(Permissions).includes(permission)) {
    const names = Object.keys(Permissions).map((name) => `Permissions.${name}`);
    throw new TypeError(`webMethod() takes one of ${names.join(", ")}`);
  }
  if (typeof method !== "function") throw new TypeError("webMethod() takes a function");
  return async (...given) => method(...given);
}
