-- What a model measured, by the SHA-256 of its bytes and the version of the analyser: the same model is measured once.
-- Rows never change; those of earlier versions may be deleted at any time.
CREATE TABLE model_analysis (
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  analyser_version integer NOT NULL,
  -- json, not jsonb: the geometry goes back to the workflow as it was measured.
  geometry json,
  rejected text,
  analysed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (sha256, analyser_version),
  CHECK ((geometry IS NULL) <> (rejected IS NULL))
);
