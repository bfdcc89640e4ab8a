// `wix-crm-backend` offline: a triggered e-mail is recorded by the emulator, and sent to nobody (R509).
import { connectionOf } from "../connection.mjs";

export const triggeredEmails = {
  // Resolves to nothing. `options.variables` fill the e-mail's placeholders.
  async emailContact(emailId, contactId, options = {}) {
    const email = { emailId, contactId, variables: options?.variables };
    await connectionOf(import.meta.url).request("POST", "/_emulator/emails", email);
  },
};
