-- The newest operation that replaced a live version with another text, or left it out, where the version was
-- that of operation :number, at any remove. Follows live.sql.
, rewritten AS (
    SELECT id, unit, code, name, parent, abbreviation, sort_order, id AS now FROM unit_version
    WHERE operation = :number
    UNION ALL
    SELECT r.id, r.unit, r.code, r.name, r.parent, r.abbreviation, r.sort_order, v.replacement
    FROM rewritten r JOIN void v ON v.target = 'unit_version' AND v.target_id = r.now
    WHERE v.replacement IS NOT NULL AND v.operation <= :known
)
SELECT max(operation) FROM (
    SELECT l.operation FROM rewritten r JOIN live_version l ON l.id = r.now
    WHERE l.code <> r.code OR l.name <> r.name OR l.parent IS NOT r.parent
        OR l.abbreviation IS NOT r.abbreviation OR l.sort_order IS NOT r.sort_order
    UNION ALL
    SELECT v.operation FROM rewritten r
    JOIN void v ON v.target = 'unit_version' AND v.target_id = r.now AND v.replacement IS NULL
    WHERE v.operation > :number AND (
        EXISTS (SELECT 1 FROM live_version l WHERE l.unit = r.unit AND l.operation = v.operation)
        OR EXISTS (
            SELECT 1 FROM unit_end e WHERE e.unit = r.unit AND e.operation = v.operation
            AND e.id NOT IN (SELECT target_id FROM gone WHERE target = 'unit_end')
        )
    )
)
