-- All rows about unit :unit as known at operation :known, voided ones too, with the void.
WITH gone AS (
    SELECT target, target_id, reason, replacement, operation FROM void WHERE operation <= :known
),
event AS (
    SELECT valid_from AS day, 'version' AS event, 'unit_version' AS source, id, code AS what, name AS detail,
        NULL AS extent, document_number, NULL AS document_issuer, NULL AS document_date, NULL AS received_on,
        NULL AS evidence, NULL AS evidence_sha256, note, operation
    FROM unit_version WHERE unit = :unit
    UNION ALL
    SELECT ended_on, 'end', 'unit_end', id, NULL, NULL, NULL, document_number, NULL, NULL, NULL, NULL, NULL, note, operation
    FROM unit_end WHERE unit = :unit
    UNION ALL
    SELECT valid_from, 'alias', 'unit_alias', id, alias, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, operation
    FROM unit_alias WHERE unit = :unit
    UNION ALL
    SELECT effective_on, 'successor', 'succession', id, change, successor, extent, document_number, NULL, NULL, NULL, NULL,
        NULL, note, operation
    FROM succession WHERE predecessor = :unit AND successor IS NOT :unit
    UNION ALL
    SELECT effective_on, 'predecessor', 'succession', id, change,
        coalesce(CAST(predecessor AS TEXT), old_code || ' ' || coalesce(old_name, '')), extent, document_number, NULL,
        NULL, NULL, NULL, NULL, note, operation
    FROM succession WHERE successor = :unit AND predecessor IS NOT :unit
    UNION ALL
    SELECT done_on, action, 'record', id, phase,
        (SELECT group_concat(content, ',') FROM (SELECT content FROM record_content WHERE record = record.id ORDER BY content)),
        nullif(occasion, ''), document_number, document_issuer, document_date, received_on, evidence, evidence_sha256, note, operation
    FROM record WHERE unit = :unit
    UNION ALL
    SELECT exempted_on, 'exemption', 'exemption', id, obligation, reason, until_on, document_number, document_issuer,
        document_date, received_on, evidence, evidence_sha256, note, operation
    FROM exemption WHERE unit = :unit
    UNION ALL
    SELECT granted_on, 'extension', 'extension', id, obligation, until_on, NULL, document_number, document_issuer,
        document_date, received_on, evidence, evidence_sha256, note, operation
    FROM extension WHERE unit = :unit
    UNION ALL
    SELECT w.withdrawn_on, 'withdrawal', 'withdrawal', w.id, x.obligation, w.exemption, NULL, w.document_number,
        w.document_issuer, w.document_date, w.received_on, w.evidence, w.evidence_sha256, w.note, w.operation
    FROM withdrawal w JOIN exemption x ON x.id = w.exemption WHERE x.unit = :unit
    UNION ALL
    SELECT s.supplemented_on, 'supplement', 'supplement', s.id, r.phase,
        (SELECT group_concat(content, ',') FROM (SELECT content FROM supplement_content WHERE supplement = s.id ORDER BY content)),
        s.record, s.document_number, s.document_issuer, s.document_date, s.received_on, s.evidence, s.evidence_sha256, s.note,
        s.operation
    FROM supplement s JOIN record r ON r.id = s.record WHERE r.unit = :unit
)
SELECT e.day, e.event, e.source, e.id, e.what, e.detail, e.extent,
    CASE WHEN e.source = 'record' THEN (SELECT json_group_object(field, value) FROM record_field WHERE record = e.id) END,
    e.document_number, e.document_issuer, e.document_date,
    e.received_on, e.evidence, e.evidence_sha256, e.note, e.operation, o.recorded_at, o.actor,
    g.reason, g.replacement, g.operation, v.recorded_at, v.actor
FROM event e JOIN operation o ON o.number = e.operation
LEFT JOIN gone g ON g.target = e.source AND g.target_id = e.id
LEFT JOIN operation v ON v.number = g.operation
WHERE e.operation <= :known
ORDER BY e.day, e.operation, e.source, e.id
