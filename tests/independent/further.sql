-- Programmes of organisations, counties and single claims; run after year.sql, whose tables it reads.
-- key_county: the three counties of the plan. Shandong: counties 37. A repeat in every field counts once.

-- work-relief: so much for each day attended, at most the days in post in the month; the last attendance of a month counts
INSERT INTO due
    SELECT 'work-relief', p.person, p.person, p.period, 8001 * MIN(a.attended, p.through - p.before)
    FROM in_post p JOIN present a USING (job, period)
    WHERE p.post = 'work_relief' AND 'listed' = (
        SELECT status FROM status s WHERE s.person = p.person AND s.since <= p.a
        ORDER BY s.since DESC, s.seq DESC LIMIT 1);

-- postdoc: a total for two years, half at the close of each complete year, rounded so that both make the total
CREATE TABLE part (months, fen);
INSERT INTO part VALUES (12, 8000001), (24, 8000000);
INSERT INTO due
    SELECT 'postdoc', uscc, person, substr(done, 1, 7), fen FROM (
        SELECT w.*, fen, CASE WHEN strftime('%d', date(first, '+' || months || ' months')) = strftime('%d', first)
            THEN date(first, '+' || months || ' months', '-1 day')
            ELSE date(first, 'start of month', '+' || (months + 1) || ' months', '-1 day') END AS done
        FROM worked w, part WHERE post = 'postdoc' AND county IN (SELECT county FROM key_county))
    WHERE last >= done AND done <= '2018-12-31';

-- shandong-training: two paid courses a year for the listed; any provider
INSERT INTO due SELECT 'shandong-training', provider_id, person, substr(finished, 1, 7), 80001 FROM (
    SELECT c.*, ROW_NUMBER() OVER (
        PARTITION BY c.person, substr(finished, 1, 4) ORDER BY finished, course || '|' || started) AS nth
    FROM courses c JOIN resident r USING (person)
    WHERE r.county LIKE '37%' AND 'listed' = (
        SELECT status FROM status s WHERE s.person = c.person AND s.since <= c.started
        ORDER BY s.since DESC, s.seq DESC LIMIT 1)) WHERE nth <= 2;

-- labour-allowance: two claims a year of somebody listed on the day
INSERT INTO due SELECT 'labour-allowance', person, person, substr("on", 1, 7), 30001 FROM (
    SELECT person, "on", ROW_NUMBER() OVER (PARTITION BY person, substr("on", 1, 4) ORDER BY "on") AS nth
    FROM (SELECT DISTINCT person, "on" FROM claim WHERE programme = 'labour-allowance') c
    WHERE 'listed' = (
        SELECT status FROM status s WHERE s.person = c.person AND s.since <= c."on"
        ORDER BY s.since DESC, s.seq DESC LIMIT 1)) WHERE nth <= 2;

-- claims of employers: so much each; village-fund once a year
CREATE TABLE filed AS SELECT DISTINCT f.uscc, f.programme, f."on", e.county, e.size FROM filing f JOIN employer e USING (uscc);
INSERT INTO due SELECT programme, uscc, '', substr("on", 1, 7), CASE programme
        WHEN 'seminar-grant' THEN 500001 WHEN 'service-expenses' THEN 20001
        WHEN 'after-grant' THEN 700001 ELSE 10001 END
    FROM filed WHERE programme = 'service-expenses'
        OR (programme = 'seminar-grant' AND county IN (SELECT county FROM key_county))
        OR (programme = 'after-grant' AND county LIKE '37%')
        OR (programme = 'innovation-voucher' AND county LIKE '37%' AND size = 'sme');
INSERT INTO due SELECT DISTINCT 'village-fund', uscc, '', substr("on", 1, 4), 100000000
    FROM filed WHERE programme = 'village-fund';

-- appraisals: the last of an organisation's year; twice are paid every year, twice once, for the earliest year that is due
CREATE TABLE appraised AS SELECT * FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY organisation, kind, year ORDER BY seq DESC) AS n FROM (
        SELECT organisation, kind, county, year, grade, MIN(seq) AS seq FROM appraisal
        GROUP BY organisation, kind, county, year, grade)) WHERE n = 1;
INSERT INTO due SELECT 'agency-capacity', organisation, '', CAST(year AS TEXT), MIN(8000001, 50000000)
    FROM appraised WHERE kind = 'agency' AND county IN (SELECT county FROM key_county) GROUP BY organisation, year;
INSERT INTO due SELECT 'village-platform', organisation, '', CAST(year AS TEXT),
        CASE grade WHEN 'excellent' THEN 300001 ELSE 200001 END
    FROM appraised WHERE kind = 'village_platform' AND grade IN ('excellent', 'qualified');
INSERT INTO due SELECT 'talent-station', organisation, '', CAST(MIN(year) AS TEXT), 5000000
    FROM appraised WHERE kind = 'talent_station' AND county IN (SELECT county FROM key_county) GROUP BY organisation;
-- training-base: 1.5 to 3 million yuan; the grade that was given no amount waits for one
INSERT INTO due SELECT 'training-base', organisation, '', CAST(year AS TEXT), MAX(150000000, MIN(300000000, CASE grade
        WHEN 'excellent' THEN 300000001 WHEN 'qualified' THEN 200000001 ELSE 100000000 END)) FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY organisation ORDER BY year) AS nth
    FROM appraised WHERE kind = 'training_base' AND county IN (SELECT county FROM key_county) AND grade <> 'failed')
    WHERE nth = 1;

-- activities of a county: so much for each person and day; a year's fund once seventy visits were made in it
CREATE TABLE held_activity AS SELECT DISTINCT programme, county, "on", heads FROM activity;
INSERT INTO due SELECT programme, county, '', substr("on", 1, 7), heads * 12000
    FROM held_activity WHERE programme = 'dispatch-training';
INSERT INTO due SELECT programme, county, '', substr("on", 1, 7), heads * 30001
    FROM held_activity WHERE programme = 'expert-expense' AND county LIKE '37%';
INSERT INTO due SELECT programme, county, '', substr("on", 1, 4), 15000000
    FROM held_activity WHERE programme = 'expert-service' GROUP BY county, substr("on", 1, 4) HAVING SUM(heads) >= 70;

-- nobody has a village post and a public-welfare post for one month: who had the second has nothing of the first
DELETE FROM due WHERE programme = 'village-post' AND EXISTS (
    SELECT 1 FROM due other WHERE other.programme = 'public-welfare-post' AND other.fen > 0
        AND other.person = due.person AND other.period = due.period);
