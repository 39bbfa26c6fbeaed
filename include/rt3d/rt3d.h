/* RT3D: 3D convolutional networks in real time on phones and CPUs. The C API, the whole of it: what is not here is not API.
 *
 *   rt3d_model *model = NULL;
 *   rt3d_session *session = NULL;
 *   rt3d_session_options options = RT3D_SESSION_OPTIONS_INIT;
 *   options.threads = 4;
 *   if (rt3d_model_load(&model, "c3d.onnx") || rt3d_session_create(&session, model, &options) ||
 *       rt3d_session_set_input(session, 0, clip, clip_bytes) || rt3d_session_run(session)) {
 *     fprintf(stderr, "%s\n", rt3d_last_error());
 *   }
 *   const float *scores = rt3d_session_output(session, 0);
 *   rt3d_session_free(session);
 *   rt3d_model_free(model);
 *
 * Conventions
 *  1. Handles are opaque. rt3d_<noun>_free(NULL) does nothing. A session takes what it needs from its model, which may be
 *     freed once the session is created, or serve others.
 *  2. Functions that can fail return rt3d_status; on failure outputs are untouched and rt3d_last_error() explains the last
 *     failure of the calling thread. Other functions accept any handle and index, answering NULL or 0 when out of range.
 *  3. Out-parameters come first. Strings are UTF-8 and owned by the handle they came from, valid until it is freed (or, for
 *     the texts of a session, until the next call that returns the same text).
 *  4. Shapes are int64_t, activations n c d h w, row-major. Times are nanoseconds.
 *  5. One session serves one thread at a time: a call that would run, change or describe a session while another thread runs or
 *     changes it is refused with RT3D_BUSY (or NULL). Reading outputs and freeing are for when no call is under way. Different
 *     sessions run side by side. Models and databases may be shared by threads.
 *  6. Every struct begins with its size in bytes and may get more fields at its end: none is frozen. Structs of the caller start
 *     from RT3D_…_INIT, which sets the size and is what tells the library how far it may read and write: a program that was
 *     built with an older or a newer header keeps working. A size that cannot be (0, one that was never set) is
 *     RT3D_INVALID_ARGUMENT. A struct that is passed to a callback has the library's size: fields beyond it are not there.
 *  7. Callbacks may call the library, but for the handle whose call they are called from. What they throw ends no process.
 *  8. A child made by fork() may use and free the models and sessions of its parent, whose own threads are not there: they compute
 *     on the calling thread. Databases are to be opened again. Fork while no other thread is inside the library;
 *     that of a session of RT3D_TUNE_BACKGROUND is, unless rt3d_tuning_state says `resting`. In the child nobody tunes.
 *  9. Memory that is not there is a status, RT3D_OUT_OF_MEMORY, never the process's end; what was there before stays as it was.
 */
#ifndef RT3D_H
#define RT3D_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define RT3D_API __attribute__((visibility("default")))
#else
#define RT3D_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define RT3D_VERSION_MAJOR 0
#define RT3D_VERSION_MINOR 1
#define RT3D_VERSION_PATCH 0

typedef struct rt3d_model rt3d_model;
typedef struct rt3d_session rt3d_session;
typedef struct rt3d_db rt3d_db;

typedef enum rt3d_status {
  RT3D_OK = 0,
  RT3D_INVALID_ARGUMENT = 1, /* the call is wrong: a name, an index, a size, a shape */
  RT3D_INVALID_MODEL = 2,    /* the model is damaged or contradicts itself */
  RT3D_UNSUPPORTED = 3,      /* the model or device needs what RT3D does not have */
  RT3D_IO = 4,               /* a file cannot be opened, read or written */
  RT3D_OUT_OF_MEMORY = 5,
  RT3D_CANCELLED = 6,        /* the progress callback asked to stop */
  RT3D_DEVICE = 7,           /* the device was lost or refused */
  RT3D_INTERNAL = 8,         /* a defect in RT3D: please report the text */
  RT3D_BUSY = 9              /* another call is using the session or the database */
} rt3d_status;

typedef enum rt3d_dtype { RT3D_F32 = 0, RT3D_F64 = 1, RT3D_F16 = 2, RT3D_I64 = 3, RT3D_I32 = 4, RT3D_I8 = 5,
                          RT3D_U8 = 6, RT3D_BOOL = 7 } rt3d_dtype;

typedef enum rt3d_log_level { RT3D_LOG_DEBUG = 0, RT3D_LOG_INFO = 1, RT3D_LOG_WARNING = 2, RT3D_LOG_ERROR = 3,
                              RT3D_LOG_OFF = 4 } rt3d_log_level;

/* How much a session may measure when it is created. Schedules already in the database are used in every mode. */
typedef enum rt3d_tuning {
  RT3D_TUNE_OFF = 0,   /* measure nothing: an analytic estimate chooses */
  RT3D_TUNE_QUICK = 1, /* a few candidates per layer */
  RT3D_TUNE_FULL = 2,  /* every candidate worth trying */
  RT3D_TUNE_LATER = 3, /* as RT3D_TUNE_OFF, and rt3d_session_tune measures between runs: first a few candidates of every layer, then all that
                        * are worth trying. tuning_limit_ms says nothing of it. For layers that the CPU computes: where device names an
                        * accelerator, nothing is measured later. Such a session keeps hold of the model's weights, its mapped files
                        * included, until it is freed */
  RT3D_TUNE_BACKGROUND = 4 /* as RT3D_TUNE_LATER, but a thread of the session's own measures, beside and between runs: see
                            * rt3d_session_set_tuning_allowed */
} rt3d_tuning;

/* What a session's results may differ by from the exact sums. Of single precision, each layer's error is below a small share of the sum of
 * |weight| * |input| of an output (docs/accuracy.md): where products cancel, that may be much of what is left. */
typedef enum rt3d_accuracy {
  RT3D_ACCURACY_DEFAULT = 0, /* also fast methods (Winograd): below 4e-6 of the largest such sum nearby, for inputs that are not near
                              * the largest float, where they overflow first; on OpenCL devices fully connected layers may keep
                              * 16-bit weights: below 5e-4 of their sums */
  RT3D_ACCURACY_EXACT = 1,   /* direct methods only, below 1e-6: nothing but the order of summation differs */
  RT3D_ACCURACY_HALF = 2     /* also 16-bit arithmetic where the CPU has it (AArch64 with FEAT_FP16), and 16-bit storage on OpenCL
                              * devices, with 16-bit arithmetic where they have it, below 1e-2 of the output's range; as the
                              * default on other CPUs */
} rt3d_accuracy;

/* A tensor's name, type and shape. For model inputs a dimension may be -1: given at session creation. */
typedef struct rt3d_tensor_info {
  size_t size; /* sizeof(rt3d_tensor_info), set by RT3D_TENSOR_INFO_INIT */
  const char *name;
  rt3d_dtype dtype;
  int32_t rank;
  int64_t dims[8];
} rt3d_tensor_info;
#define RT3D_TENSOR_INFO_INIT { sizeof(rt3d_tensor_info), NULL, RT3D_F32, 0, { 0, 0, 0, 0, 0, 0, 0, 0 } }

/* ---- library ---------------------------------------------------------------------------------------------------- */

RT3D_API const char *rt3d_version(void);                 /* "0.1.0" */
RT3D_API const char *rt3d_status_name(rt3d_status status); /* "invalid argument" */
RT3D_API const char *rt3d_last_error(void);              /* of this thread; "" when nothing failed yet; never NULL */
RT3D_API const char *rt3d_device_text(void);             /* "AMD EPYC, avx512, 2 cores, L1d 48 KiB, …" */
RT3D_API const char *rt3d_device_isa(void);              /* "avx2", "avx512", "neon" or "none": what code is generated for */

/* Sends log lines of at least `level` to `callback`; NULL restores the default, silence. Any thread may call it, several at once;
 * it may call the library, whose lines on that thread are then left out, and set the log anew. */
typedef void (*rt3d_log_callback)(void *user, rt3d_log_level level, const char *text);
RT3D_API void rt3d_set_log(rt3d_log_callback callback, void *user, rt3d_log_level level);

/* This machine's fused-multiply-add peak in GFLOP/s (2 FLOPs per multiply-accumulate) with `threads` threads, measured now
 * in about 50 ms with the widest vectors that RT3D generates code for. */
RT3D_API rt3d_status rt3d_measure_peak(double *gflops, int32_t threads);

/* A device that a session may be told to compute on, as this machine has it. */
typedef struct rt3d_device_info {
  size_t size;          /* sizeof(rt3d_device_info), set by RT3D_DEVICE_INFO_INIT */
  const char *name;     /* as rt3d_session_options takes it: "cpu", "reference", "opencl:0" */
  const char *text;     /* what it is, for people: "AMD EPYC, avx512, 2 cores, …"; "" where there is none */
  const char *meaning;  /* what it is good for */
  int32_t available;    /* 1: a session may name it */
  const char *why_not;  /* why it may not, one line; "" when it may */
  /* As measured of the device itself; 0: not measured yet, or of no use (a CPU's layers are measured one by one). */
  double multiply_adds_per_ns; /* in single precision */
  double bytes_per_ns;         /* from its memory */
  double launch_ns;            /* from one kernel's end to the next one's start */
} rt3d_device_info;
#define RT3D_DEVICE_INFO_INIT { sizeof(rt3d_device_info), NULL, NULL, NULL, 0, NULL, 0, 0, 0 }
/* Of all devices that RT3D knows, in the order of preference. Kinds of which this machine has none (no OpenCL library, no driver) count as
 * one that is not available and says why. Asks drivers, each time: it may take a while, and fails for no device. 0 without memory. */
RT3D_API int32_t rt3d_device_count(void);
/* Its texts are valid until the process ends. */
RT3D_API rt3d_status rt3d_device(rt3d_device_info *info, int32_t index);
/* Measures what the device with that name can do, in about half a second with what its driver takes to compile; rt3d_device tells it from then
 * on. Sessions do the same where nobody has yet. Of "cpu" and "reference" nothing is measured. */
RT3D_API rt3d_status rt3d_measure_device(const char *name);

/* ---- models ----------------------------------------------------------------------------------------------------- */

/* Loads an ONNX file, a regular one: pipes, devices and folders are RT3D_IO without waiting. External data is read from the
 * same folder and, where the path is a link, from the folder of the file that it names; links are followed as long as they end in
 * one of these two. Large weights stay in the mapped files and take memory only while a session is created, which packs them:
 * until the model is freed, do not shorten or overwrite its files (replacing them by renaming is fine). Sessions do not need the
 * files. */
RT3D_API rt3d_status rt3d_model_load(rt3d_model **model, const char *path);
/* Loads an ONNX model from memory, which may be freed afterwards. External data is refused. The model keeps a copy of its
 * weights, beside what sessions pack: free it when no more sessions are to be created. */
RT3D_API rt3d_status rt3d_model_load_memory(rt3d_model **model, const void *data, size_t bytes);
RT3D_API void rt3d_model_free(rt3d_model *model);

RT3D_API int32_t rt3d_model_input_count(const rt3d_model *model);
RT3D_API int32_t rt3d_model_output_count(const rt3d_model *model);
RT3D_API rt3d_status rt3d_model_input(rt3d_tensor_info *info, const rt3d_model *model, int32_t index);
RT3D_API rt3d_status rt3d_model_output(rt3d_tensor_info *info, const rt3d_model *model, int32_t index);
/* The model's metadata properties: the value of `key`, or NULL. */
RT3D_API const char *rt3d_model_metadata(const rt3d_model *model, const char *key);
RT3D_API int64_t rt3d_model_parameters(const rt3d_model *model);
/* The graph as imported, as text. */
RT3D_API const char *rt3d_model_text(rt3d_model *model);

/* ---- sessions --------------------------------------------------------------------------------------------------- */

/* What the progress callback answers. Anything else is RT3D_TUNING_CANCELLED. What was measured until then is kept in the database either way. */
typedef enum rt3d_tuning_answer {
  RT3D_TUNING_GOES_ON = 0,
  RT3D_TUNING_CANCELLED = 1, /* the session is refused with RT3D_CANCELLED */
  RT3D_TUNING_IS_ENOUGH = 2  /* nothing more is measured, and the session made of what is there, as if the time were over */
} rt3d_tuning_answer;

/* Progress of tuning. The callback returns an rt3d_tuning_answer, which holds at once. It is called after each candidate and, but for sessions
 * that tune beside runs, about every 50 ms in between, or as soon as a run of one layer, or the packing of its weights, is over. By the
 * thread that measures: the caller's, or that of a session of RT3D_TUNE_BACKGROUND, for which RT3D_TUNING_CANCELLED is as
 * rt3d_session_set_tuning_allowed with 0. */
typedef struct rt3d_progress {
  size_t size;                               /* of what the library fills: sizeof(rt3d_progress) of its version */
  int32_t layers_done, layers_total;         /* distinct problems to tune */
  int32_t candidates_done, candidates_total; /* of the current one */
  int64_t elapsed_ns, remaining_ns;          /* remaining: an estimate, never above the time limit */
  const char *layer;                         /* the current problem's text */
  double best_ns;                            /* of the current problem, so far; 0 before the first measurement */
} rt3d_progress;
typedef int (*rt3d_progress_callback)(void *user, const rt3d_progress *progress);

/* How far the tuning of a session of RT3D_TUNE_LATER or RT3D_TUNE_BACKGROUND is. */
typedef struct rt3d_tuning_state {
  size_t size;            /* sizeof(rt3d_tuning_state), set by RT3D_TUNING_STATE_INIT */
  int32_t finished;       /* 1: nothing is left to measure, the progress callback said that it is enough, or an error ended it */
  int32_t problems_tuned; /* so far; each counts once for a few candidates and once for all */
  double share;           /* 0 to 1: of what is to be measured, by what layers are estimated to take in a run */
  int64_t spent_ns;       /* by rt3d_session_tune, or in slices of the session's own thread */
  int32_t plans;          /* newer plans that runs have taken */
  int32_t plan_waits;     /* 1: the next run takes one */
  int32_t resting;        /* 1: the session's own thread, if it has one, measures nothing, nor will it before it is told to */
  const char *error;      /* what ended the tuning of a session of RT3D_TUNE_BACKGROUND, which runs on with the plan that it has; "": nothing
                           * did. Valid until the next call of rt3d_session_get_tuning, or the end of the callback */
  /* The gain so far, of the layers that were measured, in a run: what they take as estimates would have it, and with the fastest code that was
   * found. With `share`: how much of the gain that can be expected has been found. */
  double estimated_ns, fastest_ns;
} rt3d_tuning_state;
#define RT3D_TUNING_STATE_INIT { sizeof(rt3d_tuning_state), 0, 0, 0, 0, 0, 0, 0, NULL, 0, 0 }
/* Called by the thread of a session of RT3D_TUNE_BACKGROUND, never by one that is inside rt3d_session_run: when a better plan waits for the next
 * run, and when tuning has ended. `state` is valid until it returns; `size` is of what the library fills. Of its session it may
 * call rt3d_session_set_tuning_allowed alone: another call would make one of the app's RT3D_BUSY, and freeing and reshaping wait for it. */
typedef void (*rt3d_tuning_callback)(void *user, const rt3d_tuning_state *state);

typedef struct rt3d_session_options {
  size_t size;              /* sizeof(rt3d_session_options), set by RT3D_SESSION_OPTIONS_INIT */
  const char *device;       /* "cpu" (default), "opencl:N" for the N-th OpenCL device ("opencl": the first; the CPU computes what it
                             * cannot), or "reference" for the slow, simple backend: names of rt3d_device. "auto": the CPU, or the first
                             * accelerator that is no CPU, where whole runs of the model were measured faster on it; "auto,opencl:1": the CPU
                             * or that one; see below. Or several names with commas
                             * between: the code of all of them competes for each layer, where equal the first named is preferred, and
                             * "reference" computes what no other can. An unknown or empty name, a number where there are none, or one
                             * given twice is RT3D_INVALID_ARGUMENT, and the text names those that there are; a device that this machine
                             * does not have is RT3D_UNSUPPORTED, and the text says why */
  const char *isa;          /* NULL: the best; else "avx2", "avx512", "neon" */
  int32_t threads;          /* 0: all usable cores */
  rt3d_tuning tuning;       /* default RT3D_TUNE_QUICK */
  int64_t tuning_limit_ms;  /* at most this long; 0 = no measurement at all, -1 (default) = 10 s quick, no limit full */
  const char *database;     /* NULL: the user's default file; "": none, nothing is kept. A file that is damaged, hostile, not to be
                             * written or no tuning database never fails a session, and costs it a bounded time: it goes on
                             * without, and rt3d_session_stats says so */
  rt3d_progress_callback progress; /* may be NULL */
  void *progress_user;
  int32_t profile;          /* 1: measure every step of each run, read by rt3d_session_step */
  int32_t input_shape_count;       /* shapes for dynamic inputs, by name */
  const rt3d_tensor_info *input_shapes; /* an array of them; name, rank and dims are read. All of one size, that of the first */
  rt3d_accuracy accuracy;   /* default RT3D_ACCURACY_DEFAULT */
  int64_t weight_limit_bytes; /* packed weights at most: fast methods may hold many times the model's. 0 (default): 3 times
                               * the model's, at most an eighth of the device's memory, or what the leanest kernels need
                               * where that is more */
  int32_t plan_only;        /* 1: choose, plan and generate code, but pack no weights and allocate no activations: for the texts,
                             * steps and stats. rt3d_session_set_input and rt3d_session_run are then refused */
  int32_t tune_again;       /* 1: layers that the database knows are measured again, and their rows replaced by what is found */
  int32_t shapes_kept;      /* of a session that rt3d_session_reshape may be called for: the input shapes that stay prepared, the current ones
                             * among them, the latest used first. Such a session keeps hold of the model's weights, its mapped files included,
                             * until it is freed. 0 (default): its shapes stay as they are */
  /* Of RT3D_TUNE_BACKGROUND: */
  int64_t background_slice_ns; /* how long a run may have to wait for measuring; 0 (default): 5 ms; 1 s at the most */
  double background_share;     /* of the time that the thread takes, at the most; 0 (default): 0.2; 1 at the most */
  rt3d_tuning_callback plan_changed; /* may be NULL */
  void *plan_changed_user;
  const char *const *seeds; /* files of rows that came along, with an app or from other phones: text of rt3d_db_export, or databases. They are
                             * read and never written. A row of this very device counts like a measured one; one of a relative (the
                             * same core in another SoC, else the same instruction set), or of another number of threads, stands in for
                             * the estimate and is tried first. A file that cannot be read is told as a warning, and the session goes
                             * on without */
  int32_t seed_count;
} rt3d_session_options;

#define RT3D_SESSION_OPTIONS_INIT \
  { sizeof(rt3d_session_options), "cpu", NULL, 0, RT3D_TUNE_QUICK, -1, NULL, NULL, NULL, 0, 0, NULL, \
    RT3D_ACCURACY_DEFAULT, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, 0 }

/* Optimises the graph, chooses schedules (from the database, by measuring, or by estimate), generates code, packs weights
 * and allocates all memory. `options` may be NULL.
 * Device "auto": where there is an accelerator and tuning may measure, the model is prepared for both, whole runs of both are timed by turns, and
 * the faster one stays; the database remembers which. Without tuning and memory it is the CPU. rt3d_session_device_text says what was
 * chosen. Should an accelerator that was chosen be lost in a run, the CPU is prepared, computes that run and those that follow, and
 * rt3d_session_run is RT3D_OK; rt3d_session_stats says beforehand what memory that takes (fallback_bytes). For this the session keeps hold of the
 * model's weights, its mapped files included, until it is freed. */
RT3D_API rt3d_status rt3d_session_create(rt3d_session **session, rt3d_model *model, const rt3d_session_options *options);
RT3D_API void rt3d_session_free(rt3d_session *session);
/* What the session computes on, device by device in the order of its options: "AMD EPYC, avx512, 2 cores, …; reference". */
RT3D_API const char *rt3d_session_device_text(const rt3d_session *session);

RT3D_API int32_t rt3d_session_input_count(const rt3d_session *session);
RT3D_API int32_t rt3d_session_output_count(const rt3d_session *session);
RT3D_API rt3d_status rt3d_session_input_info(rt3d_tensor_info *info, const rt3d_session *session, int32_t index);
RT3D_API rt3d_status rt3d_session_output_info(rt3d_tensor_info *info, const rt3d_session *session, int32_t index);

/* Gives the session other input shapes: an array of `count` of them, as in rt3d_session_options; inputs that are not named keep theirs. Shapes
 * that are still prepared (shapes_kept) are there at once; others are prepared as rt3d_session_create does, tuning included, and share
 * packed weights where layers pack them alike. Inputs are to be set again, and there is no output before the next run. What fails changes
 * nothing. Texts and names that the session gave before are valid no longer. */
RT3D_API rt3d_status rt3d_session_reshape(rt3d_session *session, const rt3d_tensor_info *shapes, int32_t count);

/* Copies `bytes` bytes, row-major, of the input's type. Throws nothing away: an input stays set for later runs. */
RT3D_API rt3d_status rt3d_session_set_input(rt3d_session *session, int32_t index, const void *data, size_t bytes);
/* Computes all outputs from the inputs, each of which must have been set. Allocates nothing, logs nothing, reads no file. */
RT3D_API rt3d_status rt3d_session_run(rt3d_session *session);
/* The same in two calls, so that the caller is free meanwhile (to decode the next clip): a device with memory and a queue of its own is
 * told everything, and the first call returns; the second one waits for it, and computes what the CPU has to do at the end. What the CPU computes
 * before that, all of it in a session of the CPU alone or with `profile`, is done by the first call at once. Between the two,
 * rt3d_session_set_input, _run and _start are RT3D_BUSY, and there is no output; freeing the session waits. What goes wrong on the device
 * may be told by either. A wait without a start is RT3D_INVALID_ARGUMENT. */
RT3D_API rt3d_status rt3d_session_start(rt3d_session *session);
RT3D_API rt3d_status rt3d_session_wait(rt3d_session *session);
/* The output of the last run, row-major, valid until the next one begins; NULL before the first run, while one is under way and after one that
 * failed, and when out of range. */
RT3D_API const void *rt3d_session_output(const rt3d_session *session, int32_t index);

/* Tunes a session of RT3D_TUNE_LATER on the calling thread (and the session's) for about `budget_ns` nanoseconds. It takes steps: it lists a
 * layer's candidates, generates the code of one, packs its weights, checks its result, or compares it with the fastest so far, in rounds of a run of
 * each; what it began it goes on with in the next call. It is late by one step or one plan at the most, since it begins none behind its time, and no run
 * that is known to end behind it, unless it is the call's first: to be called while no run is wanted. Where a better plan comes of it, the next rt3d_session_run takes it at its
 * start, inputs as they were set included; until then outputs stay what they are. At every moment results keep the accuracy
 * that was asked for; two plans may differ in the last bits. Texts of rt3d_session_step and rt3d_session_plan_text are then valid until the next
 * run. RT3D_CANCELLED: the progress callback said so; a later call goes on. Once nothing is left to do, it returns at once. */
RT3D_API rt3d_status rt3d_session_tune(rt3d_session *session, int64_t budget_ns);
RT3D_API rt3d_status rt3d_session_get_tuning(rt3d_tuning_state *state, const rt3d_session *session);
/* Of a session of RT3D_TUNE_BACKGROUND: whether its thread may measure; 1 at first. To be told 0 while the device is hot or saves power. Returns at
 * once: what is being measured stops at the next kernel's end, another step (generating a layer's code, packing its weights, preparing a plan) at
 * its own. Unlike other calls it may come from any thread while the session is in use, a callback's included.
 *
 * The thread has a low priority (nice 10, as Android's background priority) and works in slices. While nobody runs the session these are ten times
 * background_slice_ns long, and a run that begins waits for the kernel that is being measured, or once a layer for a look at
 * how busy the CPU is (about 10 ms), no longer. A session that always runs gives
 * it a slice now and then, for which a run waits: background_slice_ns, or one comparison of two candidates, whichever is longer. Code is generated
 * and weights are packed beside runs. The whole takes background_share of the time at most. No error of it fails a run. */
RT3D_API rt3d_status rt3d_session_set_tuning_allowed(rt3d_session *session, int32_t allowed);

/* What is known of a layer before anything is measured, and what tuning would still bring. */
typedef struct rt3d_prospect {
  size_t size;            /* sizeof(rt3d_prospect), set by RT3D_PROSPECT_INIT */
  const char *problem;    /* as rt3d_step_info has it; texts live until prospects are found again, or the session is freed */
  int32_t uses;           /* layers of the model that share it */
  const char *source;     /* as rt3d_step_info has it: "database" (or a seed), "near", "estimate", "only choice" */
  const char *family, *schedule; /* of the fastest row that is known of it or near it, else of the best estimate */
  double time_ns;         /* likewise: measured, of "near" there, or estimated; 0: there is no choice */
  int32_t rigor;          /* of that row: 2 full tuning found it, 1 quick tuning, 0 it came along in a survey */
  const char *row_device; /* whose row it is; "": there is none */
  int32_t row_threads;    /* with how many threads */
  const char *row_problem; /* of which problem, where that is another one: with another share of zeros; "": of this one */
  double estimated_ns;    /* of the code that is estimated to be the fastest */
  double first_choice_ns; /* what that code took as estimated, when it was measured here; 0: it was not. Over time_ns: what tuning brought */
  /* Candidates that tuning would measure, and about how long that takes, if all estimates were right; 0: enough is known. */
  int32_t quick_candidates, full_candidates;
  double quick_ns, full_ns;
} rt3d_prospect;
#define RT3D_PROSPECT_INIT { sizeof(rt3d_prospect), NULL, 0, NULL, NULL, NULL, 0, 0, NULL, 0, NULL, 0, 0, 0, 0, 0, 0 }
/* Finds the prospects of all distinct problems of a session of RT3D_TUNE_LATER, which may be of plan_only: looks into its database and seeds
 * and lists candidates, which takes up to some milliseconds each. Measures nothing. Of several devices a problem has one for each. */
RT3D_API rt3d_status rt3d_session_find_prospects(int32_t *count, rt3d_session *session);
RT3D_API rt3d_status rt3d_session_prospect(rt3d_prospect *prospect, const rt3d_session *session, int32_t index);

/* What session creation did, and what the last run gave. */
typedef struct rt3d_session_stats {
  size_t size;                /* sizeof(rt3d_session_stats), set by RT3D_SESSION_STATS_INIT */
  int64_t create_ns;          /* the whole creation */
  int64_t optimize_ns;        /* graph passes */
  int64_t tune_ns;            /* measuring */
  int64_t prepare_ns;         /* generating code and packing weights */
  int32_t problems;           /* distinct problems with a choice of schedule */
  int32_t from_database;      /* of these, remembered */
  int32_t tuned;              /* measured now */
  int32_t estimated;          /* chosen by the analytic estimate */
  int32_t measurements;       /* candidates timed now; 0 on a second load, unless the CPU's rows were measured on a busier machine */
  int64_t macs;               /* multiply-accumulates of one run, counted as papers do */
  int64_t arena_bytes;        /* activations and what kernels work in: the planned arena */
  int64_t tensor_bytes;       /* the same without reuse of memory */
  int64_t packed_weight_bytes;
  int64_t model_weight_bytes; /* constants held by the model and still used unpacked by steps of the plan */
  int64_t code_bytes;         /* generated machine code */
  int64_t detect_ns;          /* looking for structured zeros in the weights */
  int64_t unpruned_macs;      /* of the model as its file has it, before zero filters and channels were removed */
  int64_t kept_macs;          /* of macs, those of weights in units that hold more than zeros: what pruning leaves to do */
  int64_t nonfinite_outputs;  /* NaNs and infinities in all outputs of the last run, 0 before the first. Counted by this call, which
                               * reads the outputs once where the struct's size includes this field */
  int32_t rows_not_stored;    /* schedules measured now that could not be written to the database: the next load measures them again */
  const char *database_note;  /* what is wrong with the database and what would help, one line; "" when nothing is. Valid until
                               * the session is freed; of one that is tuned later or in the background, for which this and rows_not_stored
                               * say how it is by now, until its next run or rt3d_session_get_stats */
  int64_t fallback_bytes;     /* of a session of "auto" that computes on an accelerator: what going on with the CPU takes, should the
                               * device be lost: its packed weights and activations. 0: it does not, or the CPU computes already */
  int64_t device_arena_bytes; /* of arena_bytes, what lies in a device's own memory ("opencl"), not in the process's */
  int64_t device_weight_bytes; /* of packed_weight_bytes, likewise */
  int64_t predicted_ns;       /* of a run, by what was measured of its layers, here or elsewhere, and by estimates of all else */
} rt3d_session_stats;
#define RT3D_SESSION_STATS_INIT \
  { sizeof(rt3d_session_stats), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, 0, 0, 0, 0 }
RT3D_API rt3d_status rt3d_session_get_stats(rt3d_session_stats *stats, const rt3d_session *session);

/* One step of the plan, with its time in the last run when the session profiles. */
typedef struct rt3d_step_info {
  size_t size;          /* sizeof(rt3d_step_info), set by RT3D_STEP_INFO_INIT */
  const char *name;     /* the node's name in the model */
  const char *problem;  /* "Conv 1x64x16x56x56,c128x64x3x3x3,… -> …" */
  const char *family;   /* "conv.direct.x64" */
  const char *schedule; /* "rows=14,vecs=2,…" */
  const char *source;   /* "database" (or a seed), "tuned", "estimate", "near" (rows of something near: rt3d_session_options.seeds), "only choice" */
  int64_t macs;
  int64_t last_ns;      /* 0 without profile. Of a device with a queue: the time of its kernels by the device's own clock, without waiting
                         * between steps; of copies between host and device, and of the CPU's steps, by the host's */
  int64_t useful_macs;  /* of macs, those whose input is no padding */
  int64_t executed_macs; /* of macs, those that the code carries out: the useful ones and, where it does not leave them out, those
                          * of zero rows and columns; 0 when it multiplies sums of operands (Winograd) */
  const char *sparsity;  /* structure of the weights' zeros, "kgs:8x4:28%": scheme ("kgs", "vanilla"; "kgs=vanilla" where kernels
                          * have one position, unless the file names one), group, share kept; "" when there is none */
  double zero_share;     /* of the weights; where these are few, of a sample */
  int64_t unpruned_macs; /* of the layer as the model's file has it, before zero filters and channels were removed */
  int64_t kept_macs;     /* of macs, those of weights in units that hold more than zeros */
  const char *sparsity_note; /* what was removed, whether sparse code is used, and why or why not; "" for dense layers */
  int32_t sparse_code;   /* 1: the chosen code leaves weights of zero out */
  int64_t last_gap_ns;   /* how long the device's queue had nothing to do, from the end of the kernel before to the start of the step's, and between
                          * its own; 0 for the CPU's steps, behind a copy between host and device, and without profile */
  double device_gflops;  /* the peak of the device that computes the step, as measured, in single precision; 0: this CPU's, which
                          * rt3d_measure_peak tells */
} rt3d_step_info;
#define RT3D_STEP_INFO_INIT { sizeof(rt3d_step_info), NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0, NULL, 0, 0, 0, NULL, 0, 0, 0 }
RT3D_API int32_t rt3d_session_step_count(const rt3d_session *session);
RT3D_API rt3d_status rt3d_session_step(rt3d_step_info *info, const rt3d_session *session, int32_t index);

RT3D_API const char *rt3d_session_plan_text(rt3d_session *session);  /* steps, families, schedules, buffers */
RT3D_API const char *rt3d_session_graph_text(rt3d_session *session); /* the graph after the passes */

/* ---- tuning databases ------------------------------------------------------------------------------------------- */

/* Files: a name is taken as it is (no URI), links are followed, folders are created when writing. A file that is not missing or
 * empty and does not begin as a database of RT3D is refused with RT3D_INVALID_ARGUMENT and never changed; so are FIFOs, devices
 * and folders. What cannot be read or written is RT3D_IO; the text says why, and what would do. A damaged database that is opened
 * for writing is renamed to <name>.corrupt-N, where N is free, and a fresh one is started. */

/* Opens a database; NULL: the user's default file. When `writable` it is created if it is missing, brought to the newest
 * format if it is older, and refused with RT3D_IO if nothing can be stored in it. */
RT3D_API rt3d_status rt3d_db_open(rt3d_db **db, const char *path, int32_t writable);
RT3D_API void rt3d_db_free(rt3d_db *db);
RT3D_API const char *rt3d_db_path(const rt3d_db *db);
RT3D_API int64_t rt3d_db_count(const rt3d_db *db);
/* All rows as text, one per line, sorted: readable, diffable, and what rt3d_db_import reads. NULL, with rt3d_last_error(), when
 * the file cannot be read (any more). The text lives until the handle is exported again or freed: two threads that share a handle
 * must not both export it. */
RT3D_API const char *rt3d_db_export(rt3d_db *db);
/* What became of the rows that were imported or merged. */
typedef struct rt3d_db_changes {
  size_t size;       /* sizeof(rt3d_db_changes), set by RT3D_DB_CHANGES_INIT */
  int64_t added;     /* rows of problems, threads or kernels that the database did not know */
  int64_t replaced;  /* rows that took another one's place */
  int64_t unchanged; /* rows that changed nothing: they were there, or the one that is there is worth more */
  int64_t left_out;  /* rows for this device in less time than any CPU could take */
  /* What the rows, but for those that were left out, are good for on this machine; each is counted once. */
  int64_t fitting;             /* of a device of this machine: with as many threads they count as measured */
  int64_t of_relatives;        /* of a relative of one (rt3d_session_options.seeds): they stand in for the estimate */
  int64_t of_other_devices;    /* of no use here, as the rest */
  int64_t of_unknown_families; /* of kernels that this version does not have */
  int64_t of_other_versions;   /* of kernels that this version has in another version */
  int64_t of_illegal_schedules; /* that cannot be used for their problem here */
  int64_t of_other_threads;    /* of this device with more threads than it has cores: tuning tries them first, no more */
} rt3d_db_changes;
#define RT3D_DB_CHANGES_INIT { sizeof(rt3d_db_changes), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
/* Adds the rows of `text`, of this version's or an older one's export; of two rows with one key the one that was
 * measured more quietly stays, then the more thorough, then the newer or faster (tuning_db/README.md). All or none: RT3D_IO when
 * they could not be stored, and then none is kept. `changes` may be NULL. */
RT3D_API rt3d_status rt3d_db_import(rt3d_db_changes *changes, rt3d_db *db, const char *text);
/* Adds the rows of another database, likewise. */
RT3D_API rt3d_status rt3d_db_merge(rt3d_db_changes *changes, rt3d_db *db, const char *other_path);

/* Whether a text may travel as a file of seeds (rt3d_session_options.seeds): of the newest version; each row once and all in order; with comment
 * lines that say where it comes from ("# device: ", "# date: ", "# rt3d: ", "# command: ") before the first row; of kernels that there are, none of
 * a later version, and for CPUs with schedules that are legal for their instruction set, in times that a CPU can take. RT3D_INVALID_ARGUMENT says
 * which line is wrong, and why. `changes` may be NULL: how many rows are good for what on this machine; nothing is added. */
RT3D_API rt3d_status rt3d_seeds_check(rt3d_db_changes *changes, const char *text);

#ifdef __cplusplus
}
#endif
#endif
