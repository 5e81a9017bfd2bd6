// Reads bodies as JSON lines and says of each what the schemas of Discord's own description of its API find wrong.
//
//     node check.mjs FOLDER < BODIES      FOLDER has node_modules with discord-api-spec and zod
//
// A line is {"name": …, "operation": …, "body": …}. One line per fault goes to the output. The schemas let unknown keys
// pass, as they are published; here they are made strict before they are loaded.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
const published = join(folder, "node_modules/discord-api-spec/build/discord-api-spec.zod.js");
const lax = "let zObject = z.object;";
const source = readFileSync(published, "utf8");
if (!source.includes(lax)) {
  throw new Error("the schemas cannot be made strict: they are written in another way");
}
const strict = join(folder, "strict.mjs");
writeFileSync(strict, source.replace(lax, "let zObject = z.strictObject;"));
const schemas = await import(pathToFileURL(strict));

// What an operation of Discord's takes. An answer's schema goes by its type.
const operations = {
  create_message: () => schemas.MessageCreateRequestSchema,
  update_message: () => schemas.MessageEditRequestPartialSchema,
  create_thread_from_message: () => schemas.CreateTextThreadWithMessageRequestSchema,
  create_dm: () => schemas.CreatePrivateChannelRequestSchema,
  update_original_webhook_message: () => schemas.IncomingWebhookUpdateRequestPartialSchema,
  execute_webhook: () => schemas.IncomingWebhookRequestPartialSchema,
  bulk_set_application_commands: () => schemas.ApplicationCommandUpdateRequestSchema,
  create_interaction_response: (body) =>
    ({
      1: schemas.PongInteractionCallbackRequestSchema,
      4: schemas.CreateMessageInteractionCallbackRequestSchema,
      5: schemas.CreateMessageInteractionCallbackRequestSchema,
      6: schemas.UpdateMessageInteractionCallbackRequestSchema,
      7: schemas.UpdateMessageInteractionCallbackRequestSchema,
      8: schemas.ApplicationCommandAutocompleteCallbackRequestSchema,
      9: schemas.ModalInteractionCallbackRequestSchema,
    })[body.type],
};

function faults({ operation, body }) {
  const schema = operations[operation]?.(body);
  if (!schema) {
    return [`there is no such operation, or no such type: ${operation}`];
  }
  const all = Array.isArray(body) ? body : [body];
  return all.flatMap((one) => {
    const read = schema.safeParse(one);
    return read.success ? [] : read.error.issues.map((issue) => JSON.stringify(issue).slice(0, 600));
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  const one = JSON.parse(line);
  for (const fault of faults(one)) {
    console.log(`${one.name}: ${fault}`);
  }
}
