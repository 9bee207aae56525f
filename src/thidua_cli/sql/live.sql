-- What is live as known at operation :known: rows of later operations and voided rows are not there.
WITH RECURSIVE
gone AS (
    SELECT target, target_id FROM void WHERE operation <= :known
),
live_version AS (
    SELECT * FROM unit_version WHERE operation <= :known
    AND id NOT IN (SELECT target_id FROM gone WHERE target = 'unit_version')
),
live_end AS (
    SELECT unit, min(ended_on) AS ended_on FROM unit_end WHERE operation <= :known
    AND id NOT IN (SELECT target_id FROM gone WHERE target = 'unit_end')
    GROUP BY unit
),
live_succession AS (
    SELECT * FROM succession WHERE operation <= :known
    AND id NOT IN (SELECT target_id FROM gone WHERE target = 'succession')
),
live_record AS (
    SELECT * FROM record WHERE operation <= :known
    AND id NOT IN (SELECT target_id FROM gone WHERE target = 'record')
),
live_exemption AS (
    SELECT * FROM exemption WHERE operation <= :known
    AND id NOT IN (SELECT target_id FROM gone WHERE target = 'exemption')
),
live_withdrawal AS (
    SELECT * FROM withdrawal WHERE operation <= :known
    AND id NOT IN (SELECT target_id FROM gone WHERE target = 'withdrawal')
),
live_extension AS (
    SELECT * FROM extension WHERE operation <= :known
    AND id NOT IN (SELECT target_id FROM gone WHERE target = 'extension')
),
-- The days on which a version holds: from valid_from up to, not including, until_on (none: still).
span AS (
    SELECT v.id, v.unit, u.kind, u.level, v.code, v.name, v.parent, v.abbreviation, v.sort_order, v.valid_from,
        v.note, v.document_number, v.operation, e.ended_on,
        coalesce(lead(v.valid_from) OVER (PARTITION BY v.unit ORDER BY v.valid_from, v.id), e.ended_on) AS until_on
    FROM live_version v JOIN unit u ON u.id = v.unit LEFT JOIN live_end e ON e.unit = v.unit
)
