-- Live supplements, with the contents they add. Follows live.sql. The condition that narrows it is filled in.
SELECT s.id, r.unit, s.record, s.supplemented_on,
    (SELECT group_concat(content, ',') FROM (SELECT content FROM supplement_content WHERE supplement = s.id ORDER BY content)),
    s.$paper
FROM supplement s JOIN record r ON r.id = s.record
WHERE $where AND s.operation <= :known AND NOT EXISTS (SELECT 1 FROM void g
    WHERE g.target = 'supplement' AND g.target_id = s.id AND g.operation <= :known)
ORDER BY s.supplemented_on, s.id
