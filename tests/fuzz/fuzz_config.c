/* Any bytes as a configuration in YAML: what is accepted lies within the ranges of config.h, and
 * what is not gives one line that names the file. */
#include "packager/config/config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_channel(const struct config_channel *c)
{
    require(c->name[0] && c->input && c->input[0] && c->preset[0]);
    require(c->rungs >= 1 && c->rungs <= CONFIG_RUNGS_MAX);
    for (size_t i = 0; i < c->rungs; i++) {
        const struct config_rung *r = &c->ladder[i];
        require(r->width >= 32 && r->width <= 4096 && r->width % 2 == 0);
        require(r->height >= 32 && r->height <= 4096 && r->height % 2 == 0);
        require(r->bitrate_bps >= 32000 && r->bitrate_bps <= 100000000);
    }
    require(c->fps.den > 0 && c->fps.num >= c->fps.den && c->fps.num <= 120 * c->fps.den);
    require(c->audio_bitrate_bps >= 16000 && c->audio_bitrate_bps <= 512000);
    require(c->segment_duration_s >= 1 && c->segment_duration_s <= 3600);
    require(c->window_s >= 2 && c->window_s <= 86400);
    require(c->memory_bytes >= 16 << 20);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config config;
    char error[CONFIG_ERROR_BYTES];
    if (config_from_yaml((const char *)data, size, "fuzz.yaml", &config, error) != CONFIG_RUN) {
        require(strncmp(error, "fuzz.yaml: ", 11) == 0 && !strchr(error, '\n'));
        return 0;
    }
    require(config.channel_count >= 1 && config.channel_count <= CONFIG_CHANNELS_MAX);
    for (size_t i = 0; i < config.channel_count; i++)
        check_channel(&config.channels[i]);
    config_finish(&config);
    return 0;
}
