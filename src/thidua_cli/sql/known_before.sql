-- Papers of operations after :one and up to :other, each with the document of one that :one knew as voided and
-- that says the same beside its document: id, number, issuer, date and receipt of both. Whether the documents are one is not asked.
SELECT n.id, n.document_number, n.document_issuer, n.document_date, n.received_on,
    o.document_number, o.document_issuer, o.document_date, o.received_on
FROM record n JOIN record o ON o.unit = n.unit AND o.phase = n.phase AND o.action = n.action
    AND o.occasion = n.occasion
JOIN void v ON v.target = 'record' AND v.target_id = o.id
WHERE n.operation > :one AND n.operation <= :other AND o.operation <= :one AND v.operation <= :one
  AND o.done_on = n.done_on
  AND (SELECT group_concat(content) FROM (SELECT content FROM record_content WHERE record = n.id ORDER BY content))
   IS (SELECT group_concat(content) FROM (SELECT content FROM record_content WHERE record = o.id ORDER BY content))
UNION ALL
SELECT n.id, n.document_number, n.document_issuer, n.document_date, n.received_on,
    o.document_number, o.document_issuer, o.document_date, o.received_on
FROM exemption n JOIN exemption o ON o.unit = n.unit AND o.obligation = n.obligation
JOIN void v ON v.target = 'exemption' AND v.target_id = o.id
WHERE n.operation > :one AND n.operation <= :other AND o.operation <= :one AND v.operation <= :one
  AND o.exempted_on = n.exempted_on AND o.reason = n.reason AND o.until_on IS n.until_on
UNION ALL
SELECT n.id, n.document_number, n.document_issuer, n.document_date, n.received_on,
    o.document_number, o.document_issuer, o.document_date, o.received_on
FROM extension n JOIN extension o ON o.unit = n.unit AND o.obligation = n.obligation
JOIN void v ON v.target = 'extension' AND v.target_id = o.id
WHERE n.operation > :one AND n.operation <= :other AND o.operation <= :one AND v.operation <= :one
  AND o.granted_on = n.granted_on AND o.until_on = n.until_on
UNION ALL
SELECT n.id, n.document_number, n.document_issuer, n.document_date, n.received_on,
    o.document_number, o.document_issuer, o.document_date, o.received_on
FROM supplement n JOIN record r ON r.id = n.record
JOIN record p ON p.unit = r.unit AND p.phase = r.phase AND p.action = r.action AND p.occasion = r.occasion
JOIN supplement o ON o.record = p.id
JOIN void v ON v.target = 'supplement' AND v.target_id = o.id
WHERE n.operation > :one AND n.operation <= :other AND o.operation <= :one AND v.operation <= :one
  AND o.supplemented_on = n.supplemented_on
  AND (SELECT group_concat(content) FROM (SELECT content FROM supplement_content WHERE supplement = n.id ORDER BY content))
   IS (SELECT group_concat(content) FROM (SELECT content FROM supplement_content WHERE supplement = o.id ORDER BY content))
