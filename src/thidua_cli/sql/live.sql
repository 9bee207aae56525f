-- What is live as known at operation :known: rows of later operations and voided rows are not there.
WITH RECURSIVE
gone AS (
    SELECT target, target_id FROM void WHERE operation <= :known
),
live_version AS NOT MATERIALIZED (
    SELECT * FROM unit_version v WHERE v.operation <= :known AND NOT EXISTS (
        SELECT 1 FROM void g WHERE g.target = 'unit_version' AND g.target_id = v.id AND g.operation <= :known)
),
live_end AS (
    SELECT unit, min(ended_on) AS ended_on FROM unit_end WHERE operation <= :known
    AND id NOT IN (SELECT target_id FROM gone WHERE target = 'unit_end')
    GROUP BY unit
),
live_succession AS NOT MATERIALIZED (
    SELECT * FROM succession s WHERE s.operation <= :known AND NOT EXISTS (
        SELECT 1 FROM void g WHERE g.target = 'succession' AND g.target_id = s.id AND g.operation <= :known)
),
live_record AS NOT MATERIALIZED (
    SELECT * FROM record r WHERE r.operation <= :known AND NOT EXISTS (
        SELECT 1 FROM void g WHERE g.target = 'record' AND g.target_id = r.id AND g.operation <= :known)
),
live_exemption AS NOT MATERIALIZED (
    SELECT * FROM exemption x WHERE x.operation <= :known AND NOT EXISTS (
        SELECT 1 FROM void g WHERE g.target = 'exemption' AND g.target_id = x.id AND g.operation <= :known)
),
live_withdrawal AS NOT MATERIALIZED (
    SELECT * FROM withdrawal w WHERE w.operation <= :known AND NOT EXISTS (
        SELECT 1 FROM void g WHERE g.target = 'withdrawal' AND g.target_id = w.id AND g.operation <= :known)
),
live_alias AS NOT MATERIALIZED (
    SELECT * FROM unit_alias a WHERE a.operation <= :known AND NOT EXISTS (
        SELECT 1 FROM void g WHERE g.target = 'unit_alias' AND g.target_id = a.id AND g.operation <= :known)
),
live_extension AS NOT MATERIALIZED (
    SELECT * FROM extension y WHERE y.operation <= :known AND NOT EXISTS (
        SELECT 1 FROM void g WHERE g.target = 'extension' AND g.target_id = y.id AND g.operation <= :known)
),
-- The days on which a version holds: from valid_from up to, not including, until_on (none: still).
span AS (
    SELECT v.id, v.unit, u.kind, u.level, v.code, v.name, v.parent, v.abbreviation, v.sort_order, v.valid_from,
        v.note, v.document_number, v.operation, e.ended_on,
        coalesce(lead(v.valid_from) OVER (PARTITION BY v.unit ORDER BY v.valid_from, v.id), e.ended_on) AS until_on
    FROM live_version v JOIN unit u ON u.id = v.unit LEFT JOIN live_end e ON e.unit = v.unit
)
