-- Records and exemptions of operations after :one and up to :other that say what one said that :one knew as voided.
-- As where a record is given again, note and evidence are not compared.
SELECT n.id
FROM record n JOIN record o ON o.unit = n.unit AND o.phase = n.phase AND o.action = n.action
JOIN void v ON v.target = 'record' AND v.target_id = o.id
WHERE n.operation > :one AND n.operation <= :other AND o.operation <= :one AND v.operation <= :one
  AND o.done_on = n.done_on AND o.document_number IS n.document_number AND o.document_issuer IS n.document_issuer
  AND o.document_date IS n.document_date AND o.received_on IS n.received_on
  AND (SELECT group_concat(content) FROM (SELECT content FROM record_content WHERE record = n.id ORDER BY content))
   IS (SELECT group_concat(content) FROM (SELECT content FROM record_content WHERE record = o.id ORDER BY content))
UNION ALL
SELECT n.id
FROM exemption n JOIN exemption o ON o.unit = n.unit AND o.obligation = n.obligation
JOIN void v ON v.target = 'exemption' AND v.target_id = o.id
WHERE n.operation > :one AND n.operation <= :other AND o.operation <= :one AND v.operation <= :one
  AND o.exempted_on = n.exempted_on AND o.reason = n.reason AND o.document_number IS n.document_number
  AND o.document_issuer IS n.document_issuer AND o.document_date IS n.document_date AND o.received_on IS n.received_on
