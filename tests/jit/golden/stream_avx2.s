mov rsi, [rdi]                              ; 488B37
mov rdx, [rdi+8]                            ; 488B5708
mov rcx, [rdi+16]                           ; 488B4F10
vmovups ymm9, [rdx]                         ; C57C100A
mov r8, [rdi+24]                            ; 4C8B4718
test r8, r8                                 ; 4D85C0
jz L1                                       ; 0F84........
L0:
vmovups ymm0, [rsi]                         ; C5FC1006
vmulps ymm0, ymm0, ymm9                     ; C4C17C59C1
vmovups ymm1, [rsi+32]                      ; C5FC104E20
vmulps ymm1, ymm1, ymm9                     ; C4C17459C9
vmovups ymm2, [rsi+64]                      ; C5FC105640
vmulps ymm2, ymm2, ymm9                     ; C4C16C59D1
vmovups ymm3, [rsi+96]                      ; C5FC105E60
vmulps ymm3, ymm3, ymm9                     ; C4C16459D9
vmovaps ymm13, ymm0                         ; C57C28E8
mov eax, 3266314240                         ; B80000B0C2
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vmaxps ymm0, ymm10, ymm0                    ; C5AC5FC0
mov eax, 1118699520                         ; B80000AE42
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vminps ymm0, ymm10, ymm0                    ; C5AC5DC0
mov eax, 3216550459                         ; B83BAAB8BF
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vmulps ymm11, ymm0, ymm10                   ; C4417C59DA
vroundps ymm11, ymm11, 0                    ; C4437D08DB00
mov eax, 1060205056                         ; B80072313F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd231ps ymm0, ymm11, ymm10              ; C4C225B8C2
mov eax, 901758606                          ; B88EBEBF35
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd231ps ymm0, ymm11, ymm10              ; C4C225B8C2
mov eax, 985008993                          ; B8610BB63A
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vmovaps ymm12, ymm10                        ; C4417C28E2
mov eax, 3154675849                         ; B8898808BC
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm0, ymm10              ; C4427DA8E2
mov eax, 1026206379                         ; B8ABAA2A3D
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm0, ymm10              ; C4427DA8E2
mov eax, 3190467243                         ; B8ABAA2ABE
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm0, ymm10              ; C4427DA8E2
mov eax, 1056964608                         ; B80000003F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm0, ymm10              ; C4427DA8E2
mov eax, 3212836864                         ; B8000080BF
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm0, ymm10              ; C4427DA8E2
mov eax, 1065353216                         ; B80000803F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm0, ymm10              ; C4427DA8E2
vcvtps2dq ymm11, ymm11                      ; C4417D5BDB
vpslld ymm11, ymm11, 23                     ; C4C12572F317
vpaddd ymm12, ymm12, ymm11                  ; C4411DFEE3
vmovaps ymm0, ymm12                         ; C4C17C28C4
mov eax, 1065353216                         ; B80000803F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vaddps ymm0, ymm0, ymm10                    ; C4C17C58C2
vdivps ymm0, ymm10, ymm0                    ; C5AC5EC0
vmulps ymm0, ymm0, ymm13                    ; C4C17C59C5
vmovaps ymm13, ymm1                         ; C57C28E9
mov eax, 3266314240                         ; B80000B0C2
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vmaxps ymm1, ymm10, ymm1                    ; C5AC5FC9
mov eax, 1118699520                         ; B80000AE42
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vminps ymm1, ymm10, ymm1                    ; C5AC5DC9
mov eax, 3216550459                         ; B83BAAB8BF
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vmulps ymm11, ymm1, ymm10                   ; C4417459DA
vroundps ymm11, ymm11, 0                    ; C4437D08DB00
mov eax, 1060205056                         ; B80072313F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd231ps ymm1, ymm11, ymm10              ; C4C225B8CA
mov eax, 901758606                          ; B88EBEBF35
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd231ps ymm1, ymm11, ymm10              ; C4C225B8CA
mov eax, 985008993                          ; B8610BB63A
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vmovaps ymm12, ymm10                        ; C4417C28E2
mov eax, 3154675849                         ; B8898808BC
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm1, ymm10              ; C44275A8E2
mov eax, 1026206379                         ; B8ABAA2A3D
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm1, ymm10              ; C44275A8E2
mov eax, 3190467243                         ; B8ABAA2ABE
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm1, ymm10              ; C44275A8E2
mov eax, 1056964608                         ; B80000003F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm1, ymm10              ; C44275A8E2
mov eax, 3212836864                         ; B8000080BF
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm1, ymm10              ; C44275A8E2
mov eax, 1065353216                         ; B80000803F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm1, ymm10              ; C44275A8E2
vcvtps2dq ymm11, ymm11                      ; C4417D5BDB
vpslld ymm11, ymm11, 23                     ; C4C12572F317
vpaddd ymm12, ymm12, ymm11                  ; C4411DFEE3
vmovaps ymm1, ymm12                         ; C4C17C28CC
mov eax, 1065353216                         ; B80000803F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vaddps ymm1, ymm1, ymm10                    ; C4C17458CA
vdivps ymm1, ymm10, ymm1                    ; C5AC5EC9
vmulps ymm1, ymm1, ymm13                    ; C4C17459CD
vmovaps ymm13, ymm2                         ; C57C28EA
mov eax, 3266314240                         ; B80000B0C2
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vmaxps ymm2, ymm10, ymm2                    ; C5AC5FD2
mov eax, 1118699520                         ; B80000AE42
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vminps ymm2, ymm10, ymm2                    ; C5AC5DD2
mov eax, 3216550459                         ; B83BAAB8BF
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vmulps ymm11, ymm2, ymm10                   ; C4416C59DA
vroundps ymm11, ymm11, 0                    ; C4437D08DB00
mov eax, 1060205056                         ; B80072313F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd231ps ymm2, ymm11, ymm10              ; C4C225B8D2
mov eax, 901758606                          ; B88EBEBF35
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd231ps ymm2, ymm11, ymm10              ; C4C225B8D2
mov eax, 985008993                          ; B8610BB63A
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vmovaps ymm12, ymm10                        ; C4417C28E2
mov eax, 3154675849                         ; B8898808BC
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm2, ymm10              ; C4426DA8E2
mov eax, 1026206379                         ; B8ABAA2A3D
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm2, ymm10              ; C4426DA8E2
mov eax, 3190467243                         ; B8ABAA2ABE
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm2, ymm10              ; C4426DA8E2
mov eax, 1056964608                         ; B80000003F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm2, ymm10              ; C4426DA8E2
mov eax, 3212836864                         ; B8000080BF
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm2, ymm10              ; C4426DA8E2
mov eax, 1065353216                         ; B80000803F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm2, ymm10              ; C4426DA8E2
vcvtps2dq ymm11, ymm11                      ; C4417D5BDB
vpslld ymm11, ymm11, 23                     ; C4C12572F317
vpaddd ymm12, ymm12, ymm11                  ; C4411DFEE3
vmovaps ymm2, ymm12                         ; C4C17C28D4
mov eax, 1065353216                         ; B80000803F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vaddps ymm2, ymm2, ymm10                    ; C4C16C58D2
vdivps ymm2, ymm10, ymm2                    ; C5AC5ED2
vmulps ymm2, ymm2, ymm13                    ; C4C16C59D5
vmovaps ymm13, ymm3                         ; C57C28EB
mov eax, 3266314240                         ; B80000B0C2
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vmaxps ymm3, ymm10, ymm3                    ; C5AC5FDB
mov eax, 1118699520                         ; B80000AE42
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vminps ymm3, ymm10, ymm3                    ; C5AC5DDB
mov eax, 3216550459                         ; B83BAAB8BF
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vmulps ymm11, ymm3, ymm10                   ; C4416459DA
vroundps ymm11, ymm11, 0                    ; C4437D08DB00
mov eax, 1060205056                         ; B80072313F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd231ps ymm3, ymm11, ymm10              ; C4C225B8DA
mov eax, 901758606                          ; B88EBEBF35
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd231ps ymm3, ymm11, ymm10              ; C4C225B8DA
mov eax, 985008993                          ; B8610BB63A
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vmovaps ymm12, ymm10                        ; C4417C28E2
mov eax, 3154675849                         ; B8898808BC
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm3, ymm10              ; C44265A8E2
mov eax, 1026206379                         ; B8ABAA2A3D
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm3, ymm10              ; C44265A8E2
mov eax, 3190467243                         ; B8ABAA2ABE
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm3, ymm10              ; C44265A8E2
mov eax, 1056964608                         ; B80000003F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm3, ymm10              ; C44265A8E2
mov eax, 3212836864                         ; B8000080BF
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm3, ymm10              ; C44265A8E2
mov eax, 1065353216                         ; B80000803F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm3, ymm10              ; C44265A8E2
vcvtps2dq ymm11, ymm11                      ; C4417D5BDB
vpslld ymm11, ymm11, 23                     ; C4C12572F317
vpaddd ymm12, ymm12, ymm11                  ; C4411DFEE3
vmovaps ymm3, ymm12                         ; C4C17C28DC
mov eax, 1065353216                         ; B80000803F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vaddps ymm3, ymm3, ymm10                    ; C4C16458DA
vdivps ymm3, ymm10, ymm3                    ; C5AC5EDB
vmulps ymm3, ymm3, ymm13                    ; C4C16459DD
vmovups [rcx], ymm0                         ; C5FC1101
vmovups [rcx+32], ymm1                      ; C5FC114920
vmovups [rcx+64], ymm2                      ; C5FC115140
vmovups [rcx+96], ymm3                      ; C5FC115960
add rsi, 128                                ; 4881C680000000
add rcx, 128                                ; 4881C180000000
sub r8, 1                                   ; 4983E801
jnz L0                                      ; 0F853AFBFFFF
L1:
mov r8, [rdi+32]                            ; 4C8B4720
test r8, r8                                 ; 4D85C0
jz L3                                       ; 0F84........
L2:
vmovups ymm0, [rsi]                         ; C5FC1006
vmulps ymm0, ymm0, ymm9                     ; C4C17C59C1
vmovaps ymm13, ymm0                         ; C57C28E8
mov eax, 3266314240                         ; B80000B0C2
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vmaxps ymm0, ymm10, ymm0                    ; C5AC5FC0
mov eax, 1118699520                         ; B80000AE42
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vminps ymm0, ymm10, ymm0                    ; C5AC5DC0
mov eax, 3216550459                         ; B83BAAB8BF
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vmulps ymm11, ymm0, ymm10                   ; C4417C59DA
vroundps ymm11, ymm11, 0                    ; C4437D08DB00
mov eax, 1060205056                         ; B80072313F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd231ps ymm0, ymm11, ymm10              ; C4C225B8C2
mov eax, 901758606                          ; B88EBEBF35
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd231ps ymm0, ymm11, ymm10              ; C4C225B8C2
mov eax, 985008993                          ; B8610BB63A
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vmovaps ymm12, ymm10                        ; C4417C28E2
mov eax, 3154675849                         ; B8898808BC
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm0, ymm10              ; C4427DA8E2
mov eax, 1026206379                         ; B8ABAA2A3D
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm0, ymm10              ; C4427DA8E2
mov eax, 3190467243                         ; B8ABAA2ABE
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm0, ymm10              ; C4427DA8E2
mov eax, 1056964608                         ; B80000003F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm0, ymm10              ; C4427DA8E2
mov eax, 3212836864                         ; B8000080BF
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm0, ymm10              ; C4427DA8E2
mov eax, 1065353216                         ; B80000803F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vfmadd213ps ymm12, ymm0, ymm10              ; C4427DA8E2
vcvtps2dq ymm11, ymm11                      ; C4417D5BDB
vpslld ymm11, ymm11, 23                     ; C4C12572F317
vpaddd ymm12, ymm12, ymm11                  ; C4411DFEE3
vmovaps ymm0, ymm12                         ; C4C17C28C4
mov eax, 1065353216                         ; B80000803F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vaddps ymm0, ymm0, ymm10                    ; C4C17C58C2
vdivps ymm0, ymm10, ymm0                    ; C5AC5EC0
vmulps ymm0, ymm0, ymm13                    ; C4C17C59C5
vmovups [rcx], ymm0                         ; C5FC1101
add rsi, 32                                 ; 4883C620
add rcx, 32                                 ; 4883C120
sub r8, 1                                   ; 4983E801
jnz L2                                      ; 0F85C4FEFFFF
L3:
vzeroupper                                  ; C5F877
ret                                         ; C3
