-- Units that came under unit :unit or left it for another parent, in the columns of history.sql. Follows live.sql.
, step AS (
    SELECT v.*, lag(v.parent) OVER life AS was, lag(v.id) OVER life AS earlier
    FROM live_version v WHERE v.unit IN (SELECT c.unit FROM unit_version c WHERE c.parent = :unit)
    WINDOW life AS (PARTITION BY v.unit ORDER BY v.valid_from, v.id)
)
SELECT s.valid_from, iif(s.parent IS :unit, 'child_joined', 'child_left'), 'unit_version', s.id, s.unit,
    iif(s.parent IS :unit, s.was, s.parent), NULL, NULL, s.document_number, NULL, NULL, NULL, NULL, NULL, NULL, s.operation,
    o.recorded_at, o.actor, NULL, NULL, NULL, NULL, NULL
FROM step s JOIN operation o ON o.number = s.operation
WHERE s.earlier IS NOT NULL AND s.parent IS NOT s.was AND :unit IN (s.parent, s.was)
ORDER BY s.valid_from, s.operation, s.id
