-- Live rows of later operations about units that operation :number created, or brought back, of occasions that only
-- its obligations have, or of its phases, actions and results. Follows live.sql.
, created AS (
    SELECT id FROM unit WHERE operation = :number
    UNION SELECT unit FROM live_version GROUP BY unit HAVING min(operation) = :number
),
later AS (
    SELECT operation, unit FROM live_record
    UNION SELECT operation, unit FROM live_exemption
    UNION SELECT operation, unit FROM live_extension
    UNION SELECT operation, unit FROM live_alias
    UNION SELECT operation, unit FROM live_version
    UNION SELECT operation, parent FROM live_version
    UNION SELECT operation, predecessor FROM live_succession
    UNION SELECT operation, successor FROM live_succession
    UNION SELECT operation, unit FROM unit_end
        WHERE id NOT IN (SELECT target_id FROM gone WHERE target = 'unit_end')
)
SELECT DISTINCT l.operation, v.code, v.name
FROM later l JOIN created c ON c.id = l.unit
JOIN live_version v ON v.unit = c.id AND v.operation = :number
WHERE l.operation > :number
UNION
SELECT r.operation, v.code, v.name
FROM obligation o
JOIN live_record r ON r.phase = o.phase AND r.action = o.action AND r.occasion = o.occasion
JOIN live_version v ON v.unit = r.unit AND v.valid_from = (SELECT max(w.valid_from) FROM live_version w WHERE w.unit = r.unit)
WHERE o.operation = :number AND o.occasion <> '' AND r.operation > :number AND NOT EXISTS (
    SELECT 1 FROM obligation b WHERE b.phase = o.phase AND b.action = o.action AND b.occasion = o.occasion
    AND b.operation <> :number)
UNION
SELECT r.operation, v.code, v.name
FROM live_record r
JOIN live_version v ON v.unit = r.unit AND v.valid_from = (SELECT max(w.valid_from) FROM live_version w WHERE w.unit = r.unit)
WHERE r.operation > :number AND (r.action IN (SELECT code FROM action WHERE operation = :number)
    OR r.phase IN (SELECT code FROM phase WHERE operation = :number)
    OR EXISTS (SELECT 1 FROM record_field f WHERE f.record = r.id AND (
        f.field IN (SELECT code FROM action_field WHERE operation = :number AND action = r.action)
        OR 'choice:' || f.field || ':' || f.value IN (
            SELECT field FROM plan_field WHERE operation = :number AND part = 'action' AND code = r.action))))
ORDER BY 1, 2
