-- Code, name, first day and the day from which it no longer holds of live versions whose ids are in the array :ids,
-- in protocol order, those that hold still before the others. What is live is what nobody voided.
SELECT v.code, v.name, v.valid_from,
    min(
        coalesce((SELECT min(n.valid_from) FROM unit_version n WHERE n.unit = v.unit AND n.valid_from > v.valid_from
            AND NOT EXISTS (SELECT 1 FROM void g WHERE g.target = 'unit_version' AND g.target_id = n.id)), '9999'),
        coalesce((SELECT min(e.ended_on) FROM unit_end e WHERE e.unit = v.unit
            AND NOT EXISTS (SELECT 1 FROM void g WHERE g.target = 'unit_end' AND g.target_id = e.id)), '9999')
    ) AS until_on
FROM json_each(:ids) i JOIN unit_version v ON v.id = i.value
WHERE NOT EXISTS (SELECT 1 FROM void g WHERE g.target = 'unit_version' AND g.target_id = v.id)
ORDER BY until_on < '9999', v.sort_order IS NULL, v.sort_order, v.name
