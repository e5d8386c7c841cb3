// Temporal loads this file by its path, with `require`: hence CommonJS. Messages and stack traces of failures become
// payloads, which a codec encrypts; by default they stand in clear text in the history.
const { DefaultFailureConverter } = require('@temporalio/common');

exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
