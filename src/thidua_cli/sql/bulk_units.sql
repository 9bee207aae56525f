-- Units by their code in lower case that are beyond doubt: there by :born_by, of one of :kinds (JSON), and neither ended
-- nor voided. Where a unit or a code has had two versions, the day decides, so they are not among them.
SELECT lower(v.code), v.unit, v.name
FROM unit_version v JOIN unit u ON u.id = v.unit
WHERE v.valid_from <= :born_by
    AND u.kind IN (SELECT value FROM json_each(:kinds))
    AND v.unit NOT IN (SELECT unit FROM unit_end)
    AND v.id NOT IN (SELECT target_id FROM void WHERE target = 'unit_version')
    AND v.unit NOT IN (SELECT unit FROM unit_version GROUP BY unit HAVING count(*) > 1)
    AND v.code COLLATE NOCASE NOT IN (SELECT code FROM unit_version GROUP BY code COLLATE NOCASE HAVING count(*) > 1)
