-- Live successions, in the order in which they took effect. Follows live.sql.
SELECT * FROM live_succession ORDER BY effective_on, id
