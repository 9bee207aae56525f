-- All rows about unit :unit as known at operation :known, voided ones too, with the void.
-- Columns: date, event, id, what, extra, document number, note or reason, operation, void.
WITH gone AS (
    SELECT target, target_id, reason, replacement, operation FROM void WHERE operation <= :known
),
event AS (
    SELECT valid_from AS day, 'version' AS event, 'unit_version' AS source, id, code AS what, name AS detail,
        document_number, NULL AS received_on, note, operation
    FROM unit_version WHERE unit = :unit
    UNION ALL
    SELECT ended_on, 'end', 'unit_end', id, NULL, NULL, document_number, NULL, note, operation
    FROM unit_end WHERE unit = :unit
    UNION ALL
    SELECT effective_on, 'successor', 'succession', id, change || '/' || extent, successor, document_number, NULL, note,
        operation
    FROM succession WHERE predecessor = :unit AND successor IS NOT :unit
    UNION ALL
    SELECT effective_on, 'predecessor', 'succession', id, change || '/' || extent, predecessor, document_number, NULL, note,
        operation
    FROM succession WHERE successor = :unit AND predecessor IS NOT :unit
    UNION ALL
    SELECT done_on, action, 'record', id, phase,
        (SELECT group_concat(content, ',') FROM (SELECT content FROM record_content WHERE record = record.id ORDER BY content)),
        document_number, received_on, note, operation
    FROM record WHERE unit = :unit
    UNION ALL
    SELECT exempted_on, 'exemption', 'exemption', id, obligation, reason, document_number, received_on, note, operation
    FROM exemption WHERE unit = :unit
)
SELECT e.day, e.event, e.source, e.id, e.what, e.detail, e.document_number, e.received_on, e.note, e.operation,
    o.recorded_at, o.actor, g.reason, g.replacement, g.operation, v.recorded_at, v.actor
FROM event e JOIN operation o ON o.number = e.operation
LEFT JOIN gone g ON g.target = e.source AND g.target_id = e.id
LEFT JOIN operation v ON v.number = g.operation
WHERE e.operation <= :known
ORDER BY e.day, e.operation, e.source, e.id
