-- When the last of the crashes was: they are forgotten some time after it, since what ended a process (a deployment, a database
-- that was away) need not have been the model. `crashes` are those that count.
SET LOCAL lock_timeout = '10s';

ALTER TABLE model_analysis_attempt ADD COLUMN crashed_at timestamptz;
