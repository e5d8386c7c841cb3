import { crashPointsCommand } from '../crash-points/command.ts';

process.exitCode = await crashPointsCommand(process.argv.slice(2));
