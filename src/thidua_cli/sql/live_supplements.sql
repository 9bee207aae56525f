-- Live supplements, with the contents they add. Follows live.sql. :of (a record) and :id narrow it, by index; NULL means all.
, chosen AS (
    SELECT id FROM supplement WHERE :of IS NULL AND :id IS NULL
    UNION ALL SELECT id FROM supplement WHERE record = :of
    UNION ALL SELECT :id WHERE :id IS NOT NULL
)
SELECT s.id, r.unit, s.record, s.supplemented_on,
    (SELECT group_concat(content, ',') FROM (SELECT content FROM supplement_content WHERE supplement = s.id ORDER BY content)),
    s.$paper
FROM chosen c JOIN supplement s ON s.id = c.id JOIN record r ON r.id = s.record
WHERE s.operation <= :known AND NOT EXISTS (SELECT 1 FROM void g
    WHERE g.target = 'supplement' AND g.target_id = s.id AND g.operation <= :known)
ORDER BY s.supplemented_on, s.id
