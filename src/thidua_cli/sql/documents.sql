-- Every document number known at operation :known: of a record or another numbered paper of a unit (with its day and
-- whether it was voided), or, where unit is NULL, of an operation that changed units or the plan.
WITH gone AS (SELECT target, target_id FROM void WHERE operation <= :known),
paper AS (
    SELECT 'record' AS source, id, unit, done_on AS day, document_number, operation FROM record
    UNION ALL
    SELECT 'exemption', id, unit, exempted_on, document_number, operation FROM exemption
    UNION ALL
    SELECT 'extension', id, unit, granted_on, document_number, operation FROM extension
    UNION ALL
    SELECT 'withdrawal', w.id, x.unit, w.withdrawn_on, w.document_number, w.operation
    FROM withdrawal w JOIN exemption x ON x.id = w.exemption
    UNION ALL
    SELECT 'supplement', s.id, r.unit, s.supplemented_on, s.document_number, s.operation
    FROM supplement s JOIN record r ON r.id = s.record
)
SELECT document_number, id, unit, day, operation,
    EXISTS (SELECT 1 FROM gone WHERE target = source AND target_id = paper.id) AS voided
FROM paper WHERE document_number IS NOT NULL AND operation <= :known
UNION
SELECT document_number, NULL, NULL, NULL, operation, 0
FROM (
    SELECT document_number, operation FROM unit_version
    UNION SELECT document_number, operation FROM unit_end
    UNION SELECT document_number, operation FROM succession
    UNION SELECT document_number, operation FROM decision
)
WHERE document_number IS NOT NULL AND operation <= :known
ORDER BY operation DESC, id DESC
