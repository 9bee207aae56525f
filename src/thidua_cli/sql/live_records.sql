-- Live records, with the contents they name and their results as a JSON object. Follows live.sql. The condition that narrows it
-- is filled in.
SELECT r.id, r.unit, r.phase, r.action, r.occasion, r.done_on, r.$paper,
    (SELECT group_concat(content, ',') FROM (SELECT content FROM record_content WHERE record = r.id ORDER BY content)),
    CASE WHEN EXISTS (SELECT 1 FROM record_field)
        THEN (SELECT json_group_object(field, value) FROM record_field WHERE record = r.id HAVING count(*) > 0) END
FROM live_record r WHERE $where
