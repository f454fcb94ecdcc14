#include "finding/single_test.h"

void single_init(struct single *single, const struct finding *finding)
{
    *single = (struct single){
        .entry = {.finding = finding,
                  .id = "s-1",
                  .trace = "t/s-1.mpt",
                  .times = 1,
                  .first_iteration = 3,
                  .first_seed = 0xab,
                  .parameters = ""},
        .scenario = {.name = "s",
                     .path = "dir/s.yml",
                     .verdict = VERDICT_FAIL,
                     .expected_kind = -1,
                     .finding_count = 1},
        .run = {.store = ".mpstress", .base_seed = 5, .scenario_count = 1},
    };
    single->scenario.findings = &single->entry;
    single->run.scenarios = &single->scenario;
}
