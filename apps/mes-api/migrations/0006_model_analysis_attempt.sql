-- Who measures a model right now, and how often that took the measuring thread or its whole process down. One row a model and
-- version of the analyser, from the first attempt on.
--
-- Held: `held_until` is ahead; the holder moves it forward while it measures, and others wait for what it finds.
-- Abandoned: `held_until` has passed, and nobody said how it ended: the process that held it died. It counts as a crash when
-- the next one takes it over.
CREATE TABLE model_analysis_attempt (
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  analyser_version integer NOT NULL,
  begun integer NOT NULL DEFAULT 1,
  crashes integer NOT NULL DEFAULT 0,
  last_crash text,
  held_by uuid,
  held_until timestamptz,
  -- What the holder was last heard to be doing.
  phase text,
  PRIMARY KEY (sha256, analyser_version),
  CHECK ((held_by IS NULL) = (held_until IS NULL))
);

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = current_database()) THEN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON model_analysis_attempt TO %I', current_database());
  END IF;
END $$;
