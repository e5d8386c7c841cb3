-- Models by the SHA-256 of their bytes: the same file uploaded a thousand times is stored once.
CREATE TABLE model (
  sha256 text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  bytes integer NOT NULL CHECK (bytes BETWEEN 1 AND 52428800),
  stored_at timestamptz NOT NULL DEFAULT now()
);

-- The bytes, in pieces of 1 MiB, so that neither a writer nor a reader ever holds a whole 50 MB model (a single bytea would
-- be sent and read as one value, and as hex in text format twice as long). EXTERNAL: out of line and not compressed, because
-- binary STL hardly compresses and the attempt would cost more than the disk.
CREATE TABLE model_piece (
  sha256 text NOT NULL REFERENCES model (sha256),
  number integer NOT NULL CHECK (number >= 0),
  content bytea STORAGE EXTERNAL NOT NULL CHECK (length(content) BETWEEN 1 AND 1048576),
  PRIMARY KEY (sha256, number)
);

-- Who may order a model by its hash alone: whoever uploaded it. Without this, knowing the hash of another customer's model
-- would be enough to have it made.
CREATE TABLE model_upload (
  tenant text NOT NULL,
  uploaded_by text NOT NULL,
  sha256 text NOT NULL REFERENCES model (sha256),
  file_name text NOT NULL CHECK (length(file_name) BETWEEN 1 AND 255),
  uploaded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, uploaded_by, sha256)
);
