// `@wix/essentials` offline, as far as backend code elevates with it.
import { elevate } from "./wix-auth.mjs";

export const auth = { elevate };
