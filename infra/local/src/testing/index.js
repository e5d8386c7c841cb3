export { cloneDatabase, createDatabase } from "./databases.js";
export { createIdentity } from "./identity.js";
export { testServers } from "./servers.js";
export { createTopic } from "./topics.js";
export { waitFor } from "./wait-for.js";
//# sourceMappingURL=index.js.map