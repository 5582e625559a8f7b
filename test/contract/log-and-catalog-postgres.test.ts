/** The log and the catalog in PostgreSQL. */
import { describeCatalogContract } from './suites/catalog.ts';
import { describeCatalogListContract } from './suites/catalog-list.ts';
import { describeCatalogSweepContract } from './suites/catalog-sweep.ts';
import { describeCommitContract } from './suites/commit.ts';
import { describeCommitOnceContract } from './suites/commit-once.ts';
import { describeLogReadingContract } from './suites/log-reading.ts';
import { postgresLogSubject, postgresRepairSubject } from './suites/on-postgres.ts';
import { describeRepairContract } from './suites/repair.ts';

describeCommitContract('PostgreSQL', postgresLogSubject);
describeCommitOnceContract('PostgreSQL', postgresLogSubject);
describeLogReadingContract('PostgreSQL', postgresLogSubject);
describeCatalogContract('PostgreSQL', postgresLogSubject);
describeCatalogListContract('PostgreSQL', postgresLogSubject);
describeCatalogSweepContract('PostgreSQL', postgresLogSubject);
describeRepairContract('PostgreSQL', postgresRepairSubject);
