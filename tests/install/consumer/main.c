/* The smallest program on the installed library: the versions of header and library agree, and a missing file is reported. */
#include <rt3d/rt3d.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  char version[32];
  rt3d_model* model = NULL;
  rt3d_status status;
  snprintf(version, sizeof version, "%d.%d.%d", RT3D_VERSION_MAJOR, RT3D_VERSION_MINOR, RT3D_VERSION_PATCH);
  if (strcmp(version, rt3d_version()) != 0) {
    fprintf(stderr, "header %s, library %s\n", version, rt3d_version());
    return 1;
  }
  status = rt3d_model_load(&model, "there is no such model.onnx");
  if (status != RT3D_IO || model != NULL || rt3d_last_error()[0] == '\0') {
    fprintf(stderr, "a missing file gave status %d, text '%s'\n", (int)status, rt3d_last_error());
    return 1;
  }
  printf("rt3d %s on %s\n", rt3d_version(), rt3d_device_text());
  return 0;
}
