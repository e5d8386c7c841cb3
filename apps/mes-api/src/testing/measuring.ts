/**
 * Measures a model as a process of the pricing does, to be killed meanwhile: given the database's URL, the shop's, the model
 * as JSON and how long an attempt is held. Says what it came to.
 */
import { openDatabase } from '@bezel/service';
import type { MesDatabase } from '../database/mes-database.ts';
import { ModelAnalyser } from '../pricing/analysis/model-analyser.ts';
import { AnalysisThreads } from '../pricing/geometry/analysis-threads.ts';
import { AccessTokens } from '../pricing/model/access-token.ts';
import { CLIENT } from './shop-double.ts';

const [, , url = '', shopUrl = '', model = '', holdMs = ''] = process.argv;
const database = openDatabase<MesDatabase>({ url, name: 'mes-test' });
await using threads = new AnalysisThreads({ threads: 1 });
const source = { shopUrl, tokens: new AccessTokens({ tokenUrl: `${shopUrl}/token`, ...CLIENT }) };
const analyser = new ModelAnalyser({ db: database.kysely, source, threads, holdMs: Number(holdMs) });
console.log(JSON.stringify(await analyser.analyse(JSON.parse(model), new AbortController().signal)));
await database.end();
