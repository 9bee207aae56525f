-- Units without a live version of which something live is said, as they were called last, with the operation that took
-- that away. Follows live.sql.
, nobody AS MATERIALIZED (
    SELECT unit, max(id) AS last FROM unit_version
    WHERE operation <= :known AND unit NOT IN (SELECT unit FROM live_version)
    GROUP BY unit
)
SELECT n.unit, v.code, v.name,
    (SELECT max(operation) FROM void WHERE target = 'unit_version' AND target_id = n.last AND operation <= :known)
FROM nobody n JOIN unit_version v ON v.id = n.last
WHERE EXISTS (SELECT 1 FROM live_record WHERE unit = n.unit)
   OR EXISTS (SELECT 1 FROM live_exemption WHERE unit = n.unit)
   OR EXISTS (SELECT 1 FROM live_extension WHERE unit = n.unit)
   OR EXISTS (SELECT 1 FROM live_version WHERE parent = n.unit)
   OR EXISTS (SELECT 1 FROM live_succession WHERE n.unit IN (predecessor, successor))
   OR EXISTS (SELECT 1 FROM live_end WHERE unit = n.unit)
ORDER BY n.unit
