import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { testServers } from "./servers.js";
const urlOf = (name) => {
    const url = new URL(testServers().postgresUrl);
    url.pathname = `/${name}`;
    return url.href;
};
async function asSuperuser(work) {
    const client = new pg.Client({ connectionString: testServers().postgresUrl });
    await client.connect();
    try {
        return await work(client);
    }
    finally {
        await client.end();
    }
}
function owned(name) {
    return {
        name,
        url: urlOf(name),
        async [Symbol.asyncDispose]() {
            await asSuperuser((client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
        },
    };
}
/** Creates an empty database. */
export async function createDatabase() {
    const name = `t_${randomBytes(8).toString('hex')}`;
    await asSuperuser((client) => client.query(`CREATE DATABASE ${name}`));
    return owned(name);
}
/**
 * Clones a template database. `build` runs once per `templateKey` and server, whoever comes first, under an advisory
 * lock; everyone else clones. Put what the template depends on into the key (a hash of the migrations, say).
 */
export async function cloneDatabase(templateKey, build) {
    const template = `template_${createHash('sha256').update(templateKey).digest('hex').slice(0, 24)}`;
    const name = `t_${randomBytes(8).toString('hex')}`;
    await asSuperuser(async (client) => {
        // One builder and one cloner at a time: CREATE DATABASE fails while anyone is connected to its template.
        await client.query('SELECT pg_advisory_lock(hashtext($1))', [template]);
        const built = await client.query('SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate', [template]);
        if (built.rowCount === 0) {
            await client.query(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
            await client.query(`CREATE DATABASE ${template}`);
            await build(urlOf(template));
            await client.query(`ALTER DATABASE ${template} IS_TEMPLATE true`);
        }
        await client.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
    });
    return owned(name);
}
//# sourceMappingURL=databases.js.map