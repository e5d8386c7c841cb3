-- The uploads that nobody ordered are swept by age, and a model when nobody has it any more (src/models/unused-models.ts). The
-- index on `orders` serves the look whether a model was ordered, and the foreign key's own when one is deleted.
--
-- Building an index on a large table holds up its writers, unless it is built CONCURRENTLY, which no transaction may. Where
-- that matters, build the three by hand with CONCURRENTLY and these names before this release; they are then left alone.
SET LOCAL lock_timeout = '10s';

CREATE INDEX IF NOT EXISTS model_upload_by_age ON model_upload (uploaded_at);
CREATE INDEX IF NOT EXISTS model_upload_of_model ON model_upload (sha256);
CREATE INDEX IF NOT EXISTS orders_of_model ON orders (model_sha256);

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = current_database()) THEN
    EXECUTE format(
      $sql$
        GRANT DELETE ON model_upload, model_piece, model TO %1$I;
        GRANT UPDATE ON model TO %1$I;
      $sql$,
      current_database()
    );
  END IF;
END $$;
