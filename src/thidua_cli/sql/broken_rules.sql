-- Rows that break a rule which no constraint of the schema holds. A register that only this program has written
-- has none. Every statement names the table, the rule (its message is in custody/verify/contents.py) and the
-- row; its other columns fill the message.

SELECT 'obligation_kind' AS place, 'kind' AS rule, rowid AS row, obligation AS code, kind
FROM obligation_kind
WHERE kind NOT IN (SELECT value FROM json_each(:kinds));

SELECT 'plan_field' AS place, 'field_of_nothing' AS rule, f.id AS row, f.part, f.code
FROM plan_field f
WHERE CASE part
    WHEN 'movement' THEN code <> '1'
    WHEN 'phase' THEN code NOT IN (SELECT code FROM phase)
    WHEN 'obligation' THEN code NOT IN (SELECT code FROM obligation)
    WHEN 'action' THEN code NOT IN (SELECT code FROM action)
    ELSE code NOT IN (SELECT CAST(number AS TEXT) FROM content)
END;

SELECT 'unit' AS place, 'unit_unnamed' AS rule, id AS row
FROM unit
WHERE id NOT IN (SELECT unit FROM unit_version);

SELECT 'succession' AS place, 'succession' AS rule, id AS row, change, predecessor, successor
FROM succession
WHERE CASE change
    WHEN 'create' THEN predecessor IS NOT NULL
    WHEN 'dissolve' THEN successor IS NOT NULL
    WHEN 'merge' THEN predecessor = successor
    WHEN 'split' THEN predecessor = successor
    ELSE predecessor IS NOT NULL AND predecessor IS NOT successor
END;

WITH paper AS (
    SELECT 'record' AS place, id FROM record
    UNION ALL SELECT 'exemption', id FROM exemption
    UNION ALL SELECT 'extension', id FROM extension
    UNION ALL SELECT 'withdrawal', id FROM withdrawal
    UNION ALL SELECT 'supplement', id FROM supplement
)
SELECT min(place) AS place, 'number_twice' AS rule, id AS row FROM paper GROUP BY id HAVING count(*) > 1;

SELECT 'withdrawal' AS place, 'withdrawal_apart' AS rule, w.id AS row
FROM withdrawal w JOIN exemption x ON x.id = w.exemption
WHERE w.withdrawn_on <= x.exempted_on OR w.withdrawn_on > x.until_on;

SELECT 'supplement' AS place, 'supplement_early' AS rule, s.id AS row
FROM supplement s JOIN record r ON r.id = s.record
WHERE s.supplemented_on < r.done_on;

-- What rests on a paper falls with it.
WITH resting AS (
    SELECT 'withdrawal' AS place, id, 'exemption' AS base, exemption AS base_id FROM withdrawal
    UNION ALL SELECT 'supplement', id, 'record', record FROM supplement
)
SELECT place, 'rests_on_void' AS rule, id AS row, base_id AS base
FROM resting r
WHERE EXISTS (SELECT 1 FROM void v WHERE v.target = r.base AND v.target_id = r.base_id)
  AND NOT EXISTS (SELECT 1 FROM void v WHERE v.target = r.place AND v.target_id = r.id);

SELECT 'supplement' AS place, 'contents_foreign' AS rule, s.id AS row
FROM supplement s JOIN record r ON r.id = s.record JOIN action a ON a.code = r.action
WHERE a.contents = 0 AND EXISTS (SELECT 1 FROM supplement_content c WHERE c.supplement = s.id);

SELECT 'record' AS place, 'before_phase' AS rule, r.id AS row, done_on AS day, phase
FROM record r
JOIN phase p ON p.code = phase
WHERE done_on < date(starts_on, '-1 year');

SELECT 'record' AS place, 'occasion_none' AS rule, r.id AS row, occasion, phase || ' ' || action AS what
FROM record r
WHERE occasion <> '' AND NOT EXISTS (
    SELECT 1 FROM obligation o WHERE o.phase = r.phase AND o.action = r.action AND o.occasion = r.occasion);

SELECT 'record_content' AS place, 'content_none' AS rule, c.record AS row, r.id AS record, r.action
FROM record_content c
JOIN record r ON r.id = c.record
JOIN action a ON a.code = r.action
WHERE a.contents = 0;

-- A result that no plan of the register asks for, or a value that none allows.
SELECT 'record_field' AS place, iif(a.code IS NULL, 'field_none', 'value_none') AS rule, f.rowid AS row, r.id AS record,
    r.action, f.field, f.value
FROM record_field f
JOIN record r ON r.id = f.record
LEFT JOIN action_field a ON a.action = r.action AND a.code = f.field
WHERE a.code IS NULL OR CASE a.type
    WHEN 'choice' THEN f.value NOT IN (SELECT value FROM json_each(a.choices)) AND NOT EXISTS (
        SELECT 1 FROM plan_field p
        WHERE p.part = 'action' AND p.code = r.action AND p.field = 'choice:' || f.field || ':' || f.value)
    WHEN 'number' THEN f.value = '' OR f.value GLOB '*[^0-9.-]*' OR CAST(f.value AS REAL) < a.minimum
        OR CAST(f.value AS REAL) > a.maximum
    ELSE f.value = '' END;

SELECT 'exemption' AS place, 'before_phase' AS rule, x.id AS row, exempted_on AS day, phase
FROM exemption x
JOIN obligation b ON b.code = obligation
JOIN phase p ON p.code = phase
WHERE exempted_on < starts_on;

SELECT 'extension' AS place, 'before_phase' AS rule, y.id AS row, granted_on AS day, phase
FROM extension y
JOIN obligation b ON b.code = obligation
JOIN phase p ON p.code = phase
WHERE granted_on < starts_on;

-- An extension reaches beyond the closing day of the plan as it was decided by then, and known.
WITH planned AS (
    SELECT y.id, y.until_on, coalesce(
        (SELECT coalesce(f.value, 'none') FROM plan_field f JOIN decision c ON c.id = f.decision
            WHERE f.part = 'obligation' AND f.code = y.obligation AND f.field = 'due_on'
              AND c.decided_on <= y.granted_on AND c.operation <= y.operation
              AND NOT EXISTS (SELECT 1 FROM void v
                  WHERE v.target = 'decision' AND v.target_id = c.id AND v.operation <= y.operation)
            ORDER BY c.decided_on DESC, c.operation DESC, f.id DESC LIMIT 1),
        b.due_on, 'none') AS due_on, p.ends_on
    FROM extension y JOIN obligation b ON b.code = y.obligation JOIN phase p ON p.code = b.phase
)
SELECT 'extension' AS place, 'extension_short' AS rule, id AS row, iif(due_on = 'none', ends_on, due_on) AS day
FROM planned WHERE until_on <= iif(due_on = 'none', ends_on, due_on);

-- The day of an operation is Việt Nam's.
SELECT 'record' AS place, 'after_recording' AS rule, id AS row,
    max(done_on, coalesce(document_date, ''), coalesce(received_on, '')) AS day
FROM record r
JOIN operation ON number = r.operation
WHERE day > date(recorded_at, '+7 hours');

SELECT 'exemption' AS place, 'after_recording' AS rule, id AS row,
    max(exempted_on, coalesce(document_date, ''), coalesce(received_on, '')) AS day
FROM exemption x
JOIN operation ON number = x.operation
WHERE day > date(recorded_at, '+7 hours');

WITH replaceable AS (
    SELECT 'record' AS source, id, operation FROM record
    UNION ALL SELECT 'exemption', id, operation FROM exemption
    UNION ALL SELECT 'extension', id, operation FROM extension
    UNION ALL SELECT 'withdrawal', id, operation FROM withdrawal
    UNION ALL SELECT 'supplement', id, operation FROM supplement
    UNION ALL SELECT 'unit_version', id, operation FROM unit_version
)
SELECT 'void' AS place, 'replacement_none' AS rule, v.id AS row, v.replacement AS fresh
FROM void v
LEFT JOIN replaceable r
    ON r.id = v.replacement AND (r.source = 'unit_version') = (v.target = 'unit_version')
WHERE v.replacement IS NOT NULL AND r.operation IS NOT v.operation;

WITH replaceable AS (
    SELECT 'record' AS source, id, action AS subject FROM record
    UNION ALL SELECT 'exemption', id, obligation FROM exemption
    UNION ALL SELECT 'extension', id, obligation FROM extension
    UNION ALL SELECT 'withdrawal', id, exemption FROM withdrawal
    UNION ALL SELECT 'supplement', s.id, action FROM supplement s JOIN record r ON r.id = s.record
    UNION ALL SELECT 'unit_version', id, unit FROM unit_version
)
SELECT 'void' AS place, 'replacement_other' AS rule, v.id AS row, v.replacement AS fresh
FROM void v
LEFT JOIN replaceable old ON old.source = v.target AND old.id = v.target_id
LEFT JOIN replaceable new
    ON new.id = v.replacement AND (new.source = 'unit_version') = (v.target = 'unit_version')
WHERE v.replacement <= v.target_id
    OR (new.source, new.subject) IS NOT (old.source, old.subject) AND v.replacement IS NOT NULL;

WITH dated AS (
    SELECT 'extension' AS place, id, operation, max(granted_on, coalesce(document_date, ''), coalesce(received_on, '')) AS day
    FROM extension
    UNION ALL
    SELECT 'withdrawal', id, operation, max(withdrawn_on, coalesce(document_date, ''), coalesce(received_on, ''))
    FROM withdrawal
    UNION ALL
    SELECT 'supplement', id, operation, max(supplemented_on, coalesce(document_date, ''), coalesce(received_on, ''))
    FROM supplement
    UNION ALL
    SELECT 'decision', id, operation, decided_on FROM decision
)
SELECT place, 'after_recording' AS rule, id AS row, day
FROM dated d
JOIN operation ON number = d.operation
WHERE day > date(recorded_at, '+7 hours');

-- Two live records of one unit, phase, action and occasion; two live exemptions of one unit from one obligation on a day.
SELECT 'record' AS place, 'live_twice' AS rule, max(id) AS row, unit, phase || ' ' || action AS what,
    group_concat(id, ', #') AS ids
FROM record
WHERE id NOT IN (SELECT target_id FROM void WHERE target = 'record')
GROUP BY unit, phase, action, occasion
HAVING count(*) > 1;

WITH held AS (
    SELECT x.id, x.unit, x.obligation, x.exempted_on,
        min(coalesce(x.until_on, '9999-12-31'), coalesce(w.last_on, '9999-12-31')) AS last_on
    FROM exemption x
    LEFT JOIN withdrawal w ON w.exemption = x.id
        AND w.id NOT IN (SELECT target_id FROM void WHERE target = 'withdrawal')
    WHERE x.id NOT IN (SELECT target_id FROM void WHERE target = 'exemption')
)
SELECT 'exemption' AS place, 'live_twice' AS rule, b.id AS row, b.unit, b.obligation AS what, a.id || ', #' || b.id AS ids
FROM held a JOIN held b ON b.unit = a.unit AND b.obligation = a.obligation AND b.id > a.id
WHERE a.exempted_on <= b.last_on AND b.exempted_on <= a.last_on;

WITH voidable AS (
    SELECT 'unit_version' AS source, id, operation FROM unit_version
    UNION ALL SELECT 'unit_end', id, operation FROM unit_end
    UNION ALL SELECT 'succession', id, operation FROM succession
    UNION ALL SELECT 'record', id, operation FROM record
    UNION ALL SELECT 'exemption', id, operation FROM exemption
    UNION ALL SELECT 'extension', id, operation FROM extension
    UNION ALL SELECT 'withdrawal', id, operation FROM withdrawal
    UNION ALL SELECT 'supplement', id, operation FROM supplement
    UNION ALL SELECT 'unit_alias', id, operation FROM unit_alias
    UNION ALL SELECT 'decision', id, operation FROM decision
)
SELECT 'void' AS place, iif(t.id IS NULL, 'void_of_nothing', 'void_of_later') AS rule, v.id AS row,
    target AS "table", target_id AS target
FROM void v
LEFT JOIN voidable t ON t.source = v.target AND t.id = v.target_id
WHERE t.id IS NULL OR t.operation > v.operation
ORDER BY instr('unit_version unit_end succession record exemption extension withdrawal supplement decision unit_alias', v.target), v.id;

SELECT 'void' AS place, 'voided_twice' AS rule, max(id) AS row, target AS "table", target_id AS target
FROM void v
GROUP BY v.target, v.target_id
HAVING count(*) > 1;
