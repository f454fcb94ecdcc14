#include "rate.h"

#include <math.h>
#include <stdio.h>

#include "report.h"
#include "words.h"

/* E. B. Wilson, "Probable inference, the law of succession, and statistical
 * inference", JASA 22 (1927): unlike the textbook interval it stays inside 0
 * to 1 and holds for few failures. The rule of three: Hanley and
 * Lippman-Hand, JAMA 249 (1983). */
struct rate rate_of(uint64_t failures, uint64_t iterations)
{
    static const double z = 1.959963984540054; /* 95 %, two-sided */
    double n = (double)iterations;
    if (!failures)
        return (struct rate){0, 0, n > 3 ? 3 / n : 1};
    double p = failures < iterations ? (double)failures / n : 1;
    double shrink = 1 + z * z / n;
    double middle = (p + z * z / (2 * n)) / shrink;
    double half = z / shrink * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    double high = middle + half;
    return (struct rate){p, middle - half, p < 1 && high < 1 ? high : 1};
}

uint64_t rate_needed(uint64_t times, uint64_t iterations)
{
    static const double doubt = 0.01;
    double low = rate_of(times, iterations).low;
    /* All of them, and so many that it might as well be each. */
    if (low >= 1 - doubt)
        return 1;
    double needed = low > 0 ? ceil(log(doubt) / log1p(-low)) : INFINITY;
    return needed < 1e18 ? (uint64_t)needed : UINT64_MAX;
}

static void show_none(uint64_t iterations, char *buf, size_t size)
{
    char of[WORDS_NUMBER_BYTES], percent[32];
    words_number(iterations, of, sizeof(of));
    if (iterations <= 3) {
        snprintf(buf, size, "0 of %s (too few to say anything)", of);
        return;
    }
    double high = rate_of(0, iterations).high;
    words_percent(high, words_decimals(high), percent, sizeof(percent));
    snprintf(buf, size, "0 of %s (rate < 3/%s = %s%%, 95%%)", of, of, percent);
}

const char *report_rate(uint64_t failures, uint64_t iterations, char *buf,
                        size_t size)
{
    if (!failures) {
        show_none(iterations, buf, size);
        return buf;
    }
    char count[WORDS_NUMBER_BYTES], of[WORDS_NUMBER_BYTES];
    char value[32], low[32], high[32];
    struct rate rate = rate_of(failures, iterations ? iterations : 1);
    int decimals = words_decimals(rate.value);
    snprintf(buf, size, "%s of %s (%s%%, 95%% interval %s-%s%%)",
             words_number(failures, count, sizeof(count)),
             words_number(iterations, of, sizeof(of)),
             words_percent(rate.value, decimals, value, sizeof(value)),
             words_percent(rate.low, decimals, low, sizeof(low)),
             words_percent(rate.high, decimals, high, sizeof(high)));
    return buf;
}
