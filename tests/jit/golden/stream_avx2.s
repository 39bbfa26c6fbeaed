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
vxorps xmm10, xmm10, xmm10                  ; C4412857D2
vsubps ymm0, ymm10, ymm0                    ; C5AC5CC0
mov eax, 3266183168                         ; B80000AEC2
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vmaxps ymm0, ymm0, ymm12                    ; C4C17C5FC4
mov eax, 1118699520                         ; B80000AE42
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vminps ymm0, ymm0, ymm12                    ; C4C17C5DC4
mov eax, 1069066811                         ; B83BAAB83F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vmulps ymm10, ymm0, ymm12                   ; C4417C59D4
vroundps ymm10, ymm10, 0                    ; C4437D08D200
mov eax, 3207688704                         ; B8007231BF
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm0, ymm10, ymm12              ; C4C22DB8C4
mov eax, 3049242254                         ; B88EBEBFB5
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm0, ymm10, ymm12              ; C4C22DB8C4
mov eax, 985008993                          ; B8610BB63A
vmovd xmm11, eax                            ; C5796ED8
vbroadcastss ymm11, xmm11                   ; C4427D18DB
mov eax, 1007192201                         ; B88988083C
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm0              ; C46225B8E0
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1026206379                         ; B8ABAA2A3D
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm0              ; C46225B8E0
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1042983595                         ; B8ABAA2A3E
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm0              ; C46225B8E0
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1056964608                         ; B80000003F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm0              ; C46225B8E0
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm0              ; C46225B8E0
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm0              ; C46225B8E0
vmovaps ymm11, ymm12                        ; C4417C28DC
vcvtps2dq ymm10, ymm10                      ; C4417D5BD2
vpslld ymm10, ymm10, 23                     ; C4C12D72F217
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vpaddd ymm10, ymm10, ymm12                  ; C4412DFED4
vmulps ymm0, ymm11, ymm10                   ; C4C12459C2
mov eax, 1065353216                         ; B80000803F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vaddps ymm0, ymm0, ymm10                    ; C4C17C58C2
vdivps ymm0, ymm10, ymm0                    ; C5AC5EC0
vmulps ymm0, ymm0, ymm13                    ; C4C17C59C5
vmovaps ymm13, ymm1                         ; C57C28E9
vxorps xmm10, xmm10, xmm10                  ; C4412857D2
vsubps ymm1, ymm10, ymm1                    ; C5AC5CC9
mov eax, 3266183168                         ; B80000AEC2
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vmaxps ymm1, ymm1, ymm12                    ; C4C1745FCC
mov eax, 1118699520                         ; B80000AE42
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vminps ymm1, ymm1, ymm12                    ; C4C1745DCC
mov eax, 1069066811                         ; B83BAAB83F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vmulps ymm10, ymm1, ymm12                   ; C4417459D4
vroundps ymm10, ymm10, 0                    ; C4437D08D200
mov eax, 3207688704                         ; B8007231BF
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm1, ymm10, ymm12              ; C4C22DB8CC
mov eax, 3049242254                         ; B88EBEBFB5
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm1, ymm10, ymm12              ; C4C22DB8CC
mov eax, 985008993                          ; B8610BB63A
vmovd xmm11, eax                            ; C5796ED8
vbroadcastss ymm11, xmm11                   ; C4427D18DB
mov eax, 1007192201                         ; B88988083C
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm1              ; C46225B8E1
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1026206379                         ; B8ABAA2A3D
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm1              ; C46225B8E1
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1042983595                         ; B8ABAA2A3E
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm1              ; C46225B8E1
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1056964608                         ; B80000003F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm1              ; C46225B8E1
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm1              ; C46225B8E1
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm1              ; C46225B8E1
vmovaps ymm11, ymm12                        ; C4417C28DC
vcvtps2dq ymm10, ymm10                      ; C4417D5BD2
vpslld ymm10, ymm10, 23                     ; C4C12D72F217
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vpaddd ymm10, ymm10, ymm12                  ; C4412DFED4
vmulps ymm1, ymm11, ymm10                   ; C4C12459CA
mov eax, 1065353216                         ; B80000803F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vaddps ymm1, ymm1, ymm10                    ; C4C17458CA
vdivps ymm1, ymm10, ymm1                    ; C5AC5EC9
vmulps ymm1, ymm1, ymm13                    ; C4C17459CD
vmovaps ymm13, ymm2                         ; C57C28EA
vxorps xmm10, xmm10, xmm10                  ; C4412857D2
vsubps ymm2, ymm10, ymm2                    ; C5AC5CD2
mov eax, 3266183168                         ; B80000AEC2
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vmaxps ymm2, ymm2, ymm12                    ; C4C16C5FD4
mov eax, 1118699520                         ; B80000AE42
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vminps ymm2, ymm2, ymm12                    ; C4C16C5DD4
mov eax, 1069066811                         ; B83BAAB83F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vmulps ymm10, ymm2, ymm12                   ; C4416C59D4
vroundps ymm10, ymm10, 0                    ; C4437D08D200
mov eax, 3207688704                         ; B8007231BF
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm2, ymm10, ymm12              ; C4C22DB8D4
mov eax, 3049242254                         ; B88EBEBFB5
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm2, ymm10, ymm12              ; C4C22DB8D4
mov eax, 985008993                          ; B8610BB63A
vmovd xmm11, eax                            ; C5796ED8
vbroadcastss ymm11, xmm11                   ; C4427D18DB
mov eax, 1007192201                         ; B88988083C
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm2              ; C46225B8E2
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1026206379                         ; B8ABAA2A3D
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm2              ; C46225B8E2
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1042983595                         ; B8ABAA2A3E
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm2              ; C46225B8E2
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1056964608                         ; B80000003F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm2              ; C46225B8E2
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm2              ; C46225B8E2
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm2              ; C46225B8E2
vmovaps ymm11, ymm12                        ; C4417C28DC
vcvtps2dq ymm10, ymm10                      ; C4417D5BD2
vpslld ymm10, ymm10, 23                     ; C4C12D72F217
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vpaddd ymm10, ymm10, ymm12                  ; C4412DFED4
vmulps ymm2, ymm11, ymm10                   ; C4C12459D2
mov eax, 1065353216                         ; B80000803F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss ymm10, xmm10                   ; C4427D18D2
vaddps ymm2, ymm2, ymm10                    ; C4C16C58D2
vdivps ymm2, ymm10, ymm2                    ; C5AC5ED2
vmulps ymm2, ymm2, ymm13                    ; C4C16C59D5
vmovaps ymm13, ymm3                         ; C57C28EB
vxorps xmm10, xmm10, xmm10                  ; C4412857D2
vsubps ymm3, ymm10, ymm3                    ; C5AC5CDB
mov eax, 3266183168                         ; B80000AEC2
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vmaxps ymm3, ymm3, ymm12                    ; C4C1645FDC
mov eax, 1118699520                         ; B80000AE42
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vminps ymm3, ymm3, ymm12                    ; C4C1645DDC
mov eax, 1069066811                         ; B83BAAB83F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vmulps ymm10, ymm3, ymm12                   ; C4416459D4
vroundps ymm10, ymm10, 0                    ; C4437D08D200
mov eax, 3207688704                         ; B8007231BF
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm3, ymm10, ymm12              ; C4C22DB8DC
mov eax, 3049242254                         ; B88EBEBFB5
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm3, ymm10, ymm12              ; C4C22DB8DC
mov eax, 985008993                          ; B8610BB63A
vmovd xmm11, eax                            ; C5796ED8
vbroadcastss ymm11, xmm11                   ; C4427D18DB
mov eax, 1007192201                         ; B88988083C
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm3              ; C46225B8E3
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1026206379                         ; B8ABAA2A3D
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm3              ; C46225B8E3
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1042983595                         ; B8ABAA2A3E
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm3              ; C46225B8E3
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1056964608                         ; B80000003F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm3              ; C46225B8E3
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm3              ; C46225B8E3
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm3              ; C46225B8E3
vmovaps ymm11, ymm12                        ; C4417C28DC
vcvtps2dq ymm10, ymm10                      ; C4417D5BD2
vpslld ymm10, ymm10, 23                     ; C4C12D72F217
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vpaddd ymm10, ymm10, ymm12                  ; C4412DFED4
vmulps ymm3, ymm11, ymm10                   ; C4C12459DA
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
jnz L0                                      ; 0F8572FAFFFF
L1:
mov r8, [rdi+32]                            ; 4C8B4720
test r8, r8                                 ; 4D85C0
jz L3                                       ; 0F84........
L2:
vmovups ymm0, [rsi]                         ; C5FC1006
vmulps ymm0, ymm0, ymm9                     ; C4C17C59C1
vmovaps ymm13, ymm0                         ; C57C28E8
vxorps xmm10, xmm10, xmm10                  ; C4412857D2
vsubps ymm0, ymm10, ymm0                    ; C5AC5CC0
mov eax, 3266183168                         ; B80000AEC2
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vmaxps ymm0, ymm0, ymm12                    ; C4C17C5FC4
mov eax, 1118699520                         ; B80000AE42
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vminps ymm0, ymm0, ymm12                    ; C4C17C5DC4
mov eax, 1069066811                         ; B83BAAB83F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vmulps ymm10, ymm0, ymm12                   ; C4417C59D4
vroundps ymm10, ymm10, 0                    ; C4437D08D200
mov eax, 3207688704                         ; B8007231BF
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm0, ymm10, ymm12              ; C4C22DB8C4
mov eax, 3049242254                         ; B88EBEBFB5
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm0, ymm10, ymm12              ; C4C22DB8C4
mov eax, 985008993                          ; B8610BB63A
vmovd xmm11, eax                            ; C5796ED8
vbroadcastss ymm11, xmm11                   ; C4427D18DB
mov eax, 1007192201                         ; B88988083C
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm0              ; C46225B8E0
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1026206379                         ; B8ABAA2A3D
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm0              ; C46225B8E0
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1042983595                         ; B8ABAA2A3E
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm0              ; C46225B8E0
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1056964608                         ; B80000003F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm0              ; C46225B8E0
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm0              ; C46225B8E0
vmovaps ymm11, ymm12                        ; C4417C28DC
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vfmadd231ps ymm12, ymm11, ymm0              ; C46225B8E0
vmovaps ymm11, ymm12                        ; C4417C28DC
vcvtps2dq ymm10, ymm10                      ; C4417D5BD2
vpslld ymm10, ymm10, 23                     ; C4C12D72F217
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss ymm12, xmm12                   ; C4427D18E4
vpaddd ymm10, ymm10, ymm12                  ; C4412DFED4
vmulps ymm0, ymm11, ymm10                   ; C4C12459C2
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
jnz L2                                      ; 0F8592FEFFFF
L3:
vzeroupper                                  ; C5F877
ret                                         ; C3
