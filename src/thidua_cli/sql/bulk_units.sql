-- Units by their code in lower case that are beyond doubt: there by :born_by, of one of :kinds (JSON), neither ended nor
-- voided, and without any record of :phase and :action.
SELECT lower(v.code), v.unit
FROM unit_version v JOIN unit u ON u.id = v.unit
WHERE v.valid_from <= :born_by
    AND u.kind IN (SELECT value FROM json_each(:kinds))
    AND v.unit NOT IN (SELECT unit FROM unit_end)
    AND v.id NOT IN (SELECT target_id FROM void WHERE target = 'unit_version')
    AND v.unit NOT IN (SELECT unit FROM record WHERE phase = :phase AND action = :action)
    -- Where any unit or code has had two versions, the day decides.
    AND NOT EXISTS (SELECT 1 FROM unit_version GROUP BY unit HAVING count(*) > 1)
    AND NOT EXISTS (SELECT 1 FROM unit_version GROUP BY code COLLATE NOCASE HAVING count(*) > 1)
