#include "player-sim/content/programme.h"
#include "media/core/err.h"
#include "media/core/lots.h"
#include "player-sim/content/logarithm.h"

#include <stdlib.h>

/* Mean length of a scene, and the least. */
static const int64_t scene_us = 4000000, scene_least_us = 400000;

/* Deviations: of a scene, and within it. 0.35 octaves are a factor of 1.27. */
enum {
    SCENE_MOTION = LOGARITHM_ONE * 50 / 100,
    SCENE_DETAIL = LOGARITHM_ONE * 35 / 100,
    MOTION = LOGARITHM_ONE * 80 / 100,
    DETAIL = LOGARITHM_ONE * 6 / 100,
};

/* An autoregressive process of first order, x' = rho x + sqrt(1 - rho^2) normal, with a time
 * constant of 20 frames: rho 0.951. */
enum { RHO = 62340, INNOVATION = 20212 };

struct scene {
    int64_t motion, detail;
    int64_t motion_wander, detail_wander; /* of deviation 1 */
};

static int64_t scaled(int64_t normal, int64_t deviation)
{
    return normal * deviation / LOGARITHM_ONE;
}

static void wander(int64_t *x, uint64_t *random)
{
    *x = (*x * RHO + logarithm_normal(random) * INNOVATION) / LOGARITHM_ONE;
}

/* Detail and motion go together in part: what has much to show has much that can move. */
static struct scene begin_scene(uint64_t *random)
{
    struct scene s;
    int64_t shared = logarithm_normal(random);
    s.detail = scaled(shared, SCENE_DETAIL);
    s.motion = scaled((shared + logarithm_normal(random)) * 7 / 10, SCENE_MOTION);
    s.motion_wander = logarithm_normal(random);
    s.detail_wander = logarithm_normal(random);
    return s;
}

/* Frames of the scene that begins: the least ones, and then a chance in each. */
static int64_t scene_frames(const struct content *c, uint64_t *random)
{
    int64_t least = timebase_frame_at_us(scene_least_us, c->rate) + 1;
    int64_t more = timebase_frame_at_us(scene_us - scene_least_us, c->rate) + 1;
    uint64_t chance = UINT64_MAX / (uint64_t)more;
    int64_t frames = least;
    while (frames < CONTENT_FRAMES_MAX && lots_draw(random) > chance)
        frames++;
    return frames;
}

int programme_make(struct programme *p, const struct content *c, uint64_t *random)
{
    struct scene scene = {0};
    int64_t left = 0;
    p->frames = calloc(c->frame_count, sizeof *p->frames);
    if (!p->frames)
        return ERR_NOMEM;
    for (size_t n = 0; n < c->frame_count; n++) {
        struct programme_frame *f = &p->frames[n];
        f->cut = !left;
        f->keyframe = n % c->segment_frames == 0;
        if (f->cut) {
            scene = begin_scene(random);
            left = scene_frames(c, random);
        }
        left--;
        wander(&scene.motion_wander, random);
        wander(&scene.detail_wander, random);
        f->motion = (int32_t)(scene.motion + scaled(scene.motion_wander, MOTION));
        f->detail = (int32_t)(scene.detail + scaled(scene.detail_wander, DETAIL));
    }
    return ERR_OK;
}

void programme_finish(struct programme *p)
{
    free(p->frames);
    *p = (struct programme){0};
}
