-- The live versions of units with their days, in order of time; :units, a JSON array of ids, narrows it (NULL: all). A version
-- holds from valid_from up to, not including, until_on (none: still).
WITH asked AS (
    SELECT u.id FROM unit u WHERE :units IS NULL
    UNION ALL
    SELECT j.value FROM json_each(:units) j
),
ended AS NOT MATERIALIZED (
    SELECT e.unit, e.ended_on FROM unit_end e WHERE e.operation <= :known AND NOT EXISTS (
        SELECT 1 FROM void g WHERE g.target = 'unit_end' AND g.target_id = e.id AND g.operation <= :known)
),
known AS (
    SELECT v.*, u.kind, u.level, (SELECT min(e.ended_on) FROM ended e WHERE e.unit = u.id) AS ended_on
    FROM asked a CROSS JOIN unit u CROSS JOIN unit_version v WHERE u.id = a.id AND v.unit = u.id AND v.operation <= :known
    AND NOT EXISTS (SELECT 1 FROM void g WHERE g.target = 'unit_version' AND g.target_id = v.id AND g.operation <= :known)
)
SELECT unit, kind, level, code, name, parent, abbreviation, sort_order, valid_from,
    coalesce(lead(valid_from) OVER (PARTITION BY unit ORDER BY valid_from, id), ended_on), ended_on, note, document_number,
    operation, id
FROM known ORDER BY valid_from, id
