/* Runs a model on a clip of zeros with the C API and prints the strongest class:  classify model.onnx */
#include <rt3d/rt3d.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  rt3d_model *model = NULL;
  rt3d_session *session = NULL;
  rt3d_tensor_info in = RT3D_TENSOR_INFO_INIT, out = RT3D_TENSOR_INFO_INIT;
  float *clip = NULL;
  const float *scores;
  long i, best = 0, values = 1, classes = 1;
  int failed = 1;
  if (argc != 2) return fprintf(stderr, "usage: %s model.onnx\n", argv[0]), 2;
  if (rt3d_model_load(&model, argv[1]) || rt3d_session_create(&session, model, NULL)) goto done;
  if (rt3d_session_input_info(&in, session, 0) || rt3d_session_output_info(&out, session, 0)) goto done;
  for (i = 0; i < in.rank; ++i) values *= (long)in.dims[i];
  for (i = 0; i < out.rank; ++i) classes *= (long)out.dims[i];
  clip = calloc((size_t)values, sizeof *clip); /* fill it with a clip: n c d h w */
  if (!clip || rt3d_session_set_input(session, 0, clip, (size_t)values * sizeof *clip)) goto done;
  if (rt3d_session_run(session)) goto done;
  scores = rt3d_session_output(session, 0);
  for (i = 1; i < classes; ++i)
    if (scores[i] > scores[best]) best = i;
  printf("class %ld of %ld, score %g\n", best, classes, scores[best]);
  failed = 0;
done:
  if (failed) fprintf(stderr, "%s\n", rt3d_last_error());
  free(clip);
  rt3d_session_free(session);
  rt3d_model_free(model);
  return failed;
}
