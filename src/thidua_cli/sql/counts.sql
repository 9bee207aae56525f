-- How many units are in each state, by obligation, kind and level; where :places is 1, by the unit above on the day that names
-- them too (0: none), which is counted_on, or last_on where it is told. Follows standing.sql; $groups and $joined are filled in.
-- LIMIT -1 keeps the columns that a cell is made from out of what is sorted.
, placed AS NOT MATERIALIZED (
    SELECT s.*, CASE WHEN :places = 0 THEN 0 WHEN s.named_on >= s.moved_on OR s.kind = 'district-committee' THEN s.above
        ELSE (
            SELECT v.parent FROM live_version v WHERE v.unit = s.unit AND v.valid_from <= s.named_on
            ORDER BY v.valid_from DESC, v.id DESC LIMIT 1) END AS place
    FROM standing s
),
-- Contents count from the day of the paper that named them: of the record, or of a supplement.
told AS (
    SELECT record, content FROM record_content
    UNION
    SELECT s.record, c.content FROM supplement s JOIN supplement_content c ON c.supplement = s.id
    WHERE s.operation <= :known AND s.supplemented_on <= :as_of AND NOT EXISTS (SELECT 1 FROM void g
        WHERE g.target = 'supplement' AND g.target_id = s.id AND g.operation <= :known)
),
tallied AS (
    SELECT p.tally * 10000000000 + coalesce(p.place, 0) AS cell,
        CASE WHEN :places = 1 AND p.last_on = p.named_on THEN p.last_on END AS last_on$columns
    FROM placed p $joined WHERE $where LIMIT -1
),
counted AS (SELECT *, count(*) AS units FROM tallied GROUP BY cell, last_on$groups)
SELECT d.code, d.kind, c.cell - d.number * 10000000000000, coalesce(c.last_on, d.counted_on), c.*
FROM counted c CROSS JOIN duty d WHERE d.number = c.cell / 10000000000000
