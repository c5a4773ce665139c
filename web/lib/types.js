// The words that the parts of the player share. Nothing is run here: these are types, for people and for `tsc`.
//
// Units. Names end in them: Ms (milliseconds of performance.now(), whose zero means nothing), UtcMs (milliseconds
// since 1970), Bytes, Bps (bits a second). Media times are whole ticks of a timescale (`time`, `duration`,
// `timescale`); what is told in seconds is for media elements only. Manifest time = media time - mediaTimeOffset
// (HESP 3.1.1).

/**
 * @typedef {object} Rational  an exact number, seconds or frames a second
 * @property {number} value   integer
 * @property {number} scale   integer, 1 or more
 */

/**
 * @typedef {"video" | "audio"} Kind
 */

/**
 * A rendition or the sound of a Presentation, with everything resolved that its set and its manifest say (HESP 3.2.10
 * to 3.2.15). Immutable.
 * @typedef {object} Track
 * @property {Kind} kind
 * @property {string} id                 unique in its Switching Set
 * @property {string} presentation       id of the Presentation
 * @property {number} bandwidthBps
 * @property {string} codecs             RFC 6381
 * @property {string} mimeType           "video/mp4"
 * @property {Rational} frameRate        frames a second; of sound: sampleRate / samplesPerFrame
 * @property {Rational} start            manifest time of startSequence
 * @property {Rational} mediaTimeOffset
 * @property {number} startSequence      sequence number of the Presentation's first frame
 * @property {number} startSegment
 * @property {Rational | null} segmentDuration
 * @property {SegmentTimes[]} segments   those that the manifest lists
 * @property {Rational | null} end       manifest time at which its Presentation ends; null: it has no end yet
 * @property {number} width              0 for sound
 * @property {number} height             0 for sound
 * @property {number} channels           0 for pictures
 * @property {number} sampleRate         0 for pictures
 * @property {string} label              "" where none is given
 * @property {(id: number | "now") => string} packetUrl   of an Initialization Packet, absolute (HESP 3.4)
 * @property {(id: number) => string} segmentUrl          of a Continuation Segment, absolute
 */

/**
 * @typedef {object} SegmentTimes
 * @property {number} id
 * @property {Rational | null} start     manifest time, null where it isn't told
 * @property {Rational | null} end
 */

/**
 * @typedef {object} Presentation
 * @property {string} id
 * @property {Rational | null} start     manifest time; null: not announced yet
 * @property {Rational | null} end       null: it has no end yet
 * @property {Track[]} video             the renditions of its first video set, lowest bandwidth first; 1 or more
 * @property {Track | null} audio        the best track of its first audio set
 */

/**
 * @typedef {object} Manifest
 * @property {string} url                where it came from, after redirects
 * @property {"live" | "vod"} streamType
 * @property {Presentation[]} presentations  in order of their starts
 * @property {Presentation} active       the one on the air
 * @property {number} availabilityMs
 * @property {number} pollMs             fallbackPollRate
 * @property {Rational | null} currentTime   manifest time of the newest frame when this was written
 * @property {number} createdUtcMs
 * @property {{scheme: string, value: string} | null} timeSource   value is an absolute URL where the scheme has one
 */

/**
 * What an Initialization Packet tells of decoding (from its `moov`).
 * @typedef {object} Header
 * @property {Kind} kind
 * @property {Uint8Array} bytes          `ftyp` and `moov`: an initialization segment of MSE
 * @property {number} timescale          ticks a second
 * @property {string} codec              RFC 6381, from the decoder configuration itself
 * @property {Uint8Array} description    `avcC` record, or AudioSpecificConfig: what WebCodecs calls description
 * @property {number} width
 * @property {number} height
 * @property {number} channels
 * @property {number} sampleRate
 * @property {SampleDefaults} defaults   of its `trex`
 */

/**
 * What holds for a sample whose fragment does not tell it.
 * @typedef {object} SampleDefaults
 * @property {number} duration
 * @property {number} size
 * @property {number} flags
 */

/**
 * One sample with the boxes around it: a chunk of a Continuation Stream, or the fragment of an Initialization Packet.
 * @typedef {object} Frame
 * @property {Kind} kind
 * @property {number} time               decode and presentation time (`tfdt`), ticks
 * @property {number} duration           ticks
 * @property {number} timescale
 * @property {boolean} sync              a keyframe
 * @property {Uint8Array} bytes          its `moof` and `mdat`, ready to be appended
 * @property {Uint8Array} sample         the coded sample in it (a view)
 * @property {number} captureUtcMs       of its `prft`, milliseconds with a fraction; NaN: it has none
 * @property {{url: string | null} | null} update   a `manifestupdate` event in it
 */

/**
 * @typedef {object} Packet
 * @property {Header} header
 * @property {Frame | null} frame        null for sound (HESP 4.2.2)
 * @property {number} segment            where the next frame is: segment id ...
 * @property {number} offset             ... and byte
 */

/**
 * What the session wants from the network.
 * @typedef {object} SessionRequest
 * @property {number} id                 1 or more, never used again in this session
 * @property {"manifest" | "packet" | "segment"} kind
 * @property {string} url
 * @property {Track | null} track        of packets and segments
 * @property {number} offset             segment: its first byte wanted, to the end (HESP 5.3.2)
 * @property {"join" | "zap" | "switch" | "follow" | "continue" | "poll"} why
 */

/**
 * What comes back. `packet` and `manifest` end their request, as `finished` and `failed` do.
 * @typedef {{kind: "manifest", request: number, manifest: Manifest}
 *   | {kind: "packet", request: number, packet: Packet, timing: Timing}
 *   | {kind: "frame", request: number, frame: Frame}
 *   | {kind: "finished", request: number}
 *   | {kind: "failed", request: number, status: number, text: string}} SessionEvent
 * status: of the HTTP response, 0: none came, -1: it timed out, -2: its bytes don't parse. text: one line that names
 * what was asked for.
 */

/**
 * When a response came, performance.now().
 * @typedef {object} Timing
 * @property {number} requestMs
 * @property {number} firstByteMs
 * @property {number} endMs
 * @property {number} bytes
 * @property {boolean} held              the origin may have held the request back until the frame was there
 */

/**
 * What the session has to say. To be drained after every call.
 * @typedef {{do: "request", request: SessionRequest}
 *   | {do: "cancel", request: number}
 *   | {do: "begin", why: "join" | "zap" | "resync", presentation: Presentation, video: Track, audio: Track | null}
 *   | {do: "header", track: Track, header: Header}
 *   | {do: "frame", track: Track, sequence: number, frame: Frame}
 *   | {do: "end"}
 *   | {do: "tell", tell: Told}} SessionAction
 * begin: all that was handed over is of the past; what follows starts a new timeline (its first header follows at
 * once). header: frames of that track's kind are of this track from now on; the first of them is a keyframe that
 * follows the last one of the track before in time, without overlap, or, where the renderer overlaps, one that was
 * handed over already. frame: in order of time for each kind and track, each sequence number once. end: the channel is
 * over and all of it was handed over.
 */

/**
 * What a player tells of its session.
 * @typedef {{what: "manifest", manifest: Manifest}
 *   | {what: "switching", track: Track}
 *   | {what: "switched", track: Track, decidedMs: number}
 *   | {what: "switch-failed", track: Track, text: string}
 *   | {what: "packet", track: Track, why: string, timing: Timing, sequence: number}
 *   | {what: "presentation", presentation: Presentation}
 *   | {what: "fault", of: "manifest" | "media", text: string, status: number, retryMs: number}
 *   | {what: "lost", text: string}
 *   | {what: "found"}} Told
 * retryMs: it is asked for again after that. lost: nothing has come for a while, and why; found: it comes again.
 */

/**
 * A renderer puts frames on a screen and sound into speakers. One for Media Source Extensions, one for WebCodecs.
 *
 * Calls come in the order of the session's actions. A renderer never throws at them: what goes wrong is told by its
 * `failed` event.
 * @typedef {object} Renderer
 * @property {string} name                        "mse" or "webcodecs"
 * @property {number} targetLatencyMs             capture to screen; 0: as low as it goes. May be set at any time
 * @property {boolean} overlaps                   a new rung may begin with a frame that was handed over of the old one
 *                                                already: what is not shown yet of that gives way
 * @property {HTMLElement} surface                what shows the picture: the video, or what is in its place
 * @property {(video: Track, audio: Track | null, atMs: number) => void} begin   a join or zap, asked for at atMs
 * @property {() => void} stand                   another channel was asked for: the picture may stand until its begin,
 *                                                and what runs out until then is no stall
 * @property {(track: Track, header: Header) => void} header
 * @property {(track: Track, sequence: number, frame: Frame) => void} frame
 * @property {() => void} end                     nothing more will come
 * @property {(nowMs: number) => RendererState} state
 * @property {() => Promise<void>} play           rejects with NotAllowedError where autoplay is refused
 * @property {() => void} pause
 * @property {() => void} destroy
 */

/**
 * @typedef {object} RendererState
 * @property {boolean} playing                    pictures follow one another
 * @property {number} aheadMs                     media handed over that is still to be shown
 * @property {number} shownTime                   manifest time of the picture on screen, seconds; NaN: none yet
 * @property {number} shownSequence               -1: none yet
 * @property {number} shownCaptureUtcMs           NaN: not told
 * @property {number} rate                        playback rate
 * @property {number} decoded                     pictures shown so far
 * @property {number} dropped                     pictures that were decoded and not shown, or not decoded in time
 */

/**
 * What a renderer tells, by the function it was given.
 * @typedef {{what: "picture", track: Track, sequence: number, time: number, captureUtcMs: number, shownMs: number,
 *     first: boolean, decodedMs: number}
 *   | {what: "running", atMs: number}
 *   | {what: "stalled", atMs: number}
 *   | {what: "resumed", atMs: number, stalledMs: number}
 *   | {what: "muted", text: string}
 *   | {what: "behind", text: string}
 *   | {what: "failed", text: string, fatal: boolean}} RendererTold
 * picture: it is on screen; first: of a begin; shownMs: performance.now() of when (expectedDisplayTime where known);
 * decodedMs: when it was ready to be shown, NaN where nobody knows. running: the clock runs (after the first picture).
 * behind: it would be better off with a timeline of its own: a join anew, where nothing else is under way.
 * failed: fatal means that this renderer can't go on at all; otherwise it wants the session to join anew.
 */

export {};
