mov rsi, [rdi]                              ; 488B37
mov rdx, [rdi+8]                            ; 488B5708
mov rcx, [rdi+16]                           ; 488B4F10
vmovups zmm9, [rdx]                         ; 62717C48100A
mov r8, [rdi+24]                            ; 4C8B4718
test r8, r8                                 ; 4D85C0
jz L1                                       ; 0F84........
L0:
vmovups zmm0, [rsi]                         ; 62F17C481006
vmulps zmm0, zmm0, zmm9                     ; 62D17C4859C1
vmovups zmm1, [rsi+64]                      ; 62F17C48104E01
vmulps zmm1, zmm1, zmm9                     ; 62D1744859C9
vmovups zmm2, [rsi+128]                     ; 62F17C48105602
vmulps zmm2, zmm2, zmm9                     ; 62D16C4859D1
vmovups zmm3, [rsi+192]                     ; 62F17C48105E03
vmulps zmm3, zmm3, zmm9                     ; 62D1644859D9
vmovaps zmm13, zmm0                         ; 62717C4828E8
vpxord zmm10, zmm10, zmm10                  ; 62512D48EFD2
vsubps zmm0, zmm10, zmm0                    ; 62F12C485CC0
mov eax, 3266183168                         ; B80000AEC2
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vmaxps zmm0, zmm0, zmm12                    ; 62D17C485FC4
mov eax, 1118699520                         ; B80000AE42
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vminps zmm0, zmm0, zmm12                    ; 62D17C485DC4
mov eax, 1069066811                         ; B83BAAB83F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vmulps zmm10, zmm0, zmm12                   ; 62517C4859D4
vrndscaleps zmm10, zmm10, 0                 ; 62537D4808D200
mov eax, 3207688704                         ; B8007231BF
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm0, zmm10, zmm12              ; 62D22D48B8C4
mov eax, 3049242254                         ; B88EBEBFB5
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm0, zmm10, zmm12              ; 62D22D48B8C4
mov eax, 985008993                          ; B8610BB63A
vmovd xmm11, eax                            ; C5796ED8
vbroadcastss zmm11, xmm11                   ; 62527D4818DB
mov eax, 1007192201                         ; B88988083C
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm0              ; 62722548B8E0
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1026206379                         ; B8ABAA2A3D
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm0              ; 62722548B8E0
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1042983595                         ; B8ABAA2A3E
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm0              ; 62722548B8E0
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1056964608                         ; B80000003F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm0              ; 62722548B8E0
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm0              ; 62722548B8E0
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm0              ; 62722548B8E0
vmovaps zmm11, zmm12                        ; 62517C4828DC
vcvtps2dq zmm10, zmm10                      ; 62517D485BD2
vpslld zmm10, zmm10, 23                     ; 62D12D4872F217
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vpaddd zmm10, zmm10, zmm12                  ; 62512D48FED4
vmulps zmm0, zmm11, zmm10                   ; 62D1244859C2
mov eax, 1065353216                         ; B80000803F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vaddps zmm0, zmm0, zmm10                    ; 62D17C4858C2
vdivps zmm0, zmm10, zmm0                    ; 62F12C485EC0
vmulps zmm0, zmm0, zmm13                    ; 62D17C4859C5
vmovaps zmm13, zmm1                         ; 62717C4828E9
vpxord zmm10, zmm10, zmm10                  ; 62512D48EFD2
vsubps zmm1, zmm10, zmm1                    ; 62F12C485CC9
mov eax, 3266183168                         ; B80000AEC2
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vmaxps zmm1, zmm1, zmm12                    ; 62D174485FCC
mov eax, 1118699520                         ; B80000AE42
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vminps zmm1, zmm1, zmm12                    ; 62D174485DCC
mov eax, 1069066811                         ; B83BAAB83F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vmulps zmm10, zmm1, zmm12                   ; 6251744859D4
vrndscaleps zmm10, zmm10, 0                 ; 62537D4808D200
mov eax, 3207688704                         ; B8007231BF
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm1, zmm10, zmm12              ; 62D22D48B8CC
mov eax, 3049242254                         ; B88EBEBFB5
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm1, zmm10, zmm12              ; 62D22D48B8CC
mov eax, 985008993                          ; B8610BB63A
vmovd xmm11, eax                            ; C5796ED8
vbroadcastss zmm11, xmm11                   ; 62527D4818DB
mov eax, 1007192201                         ; B88988083C
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm1              ; 62722548B8E1
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1026206379                         ; B8ABAA2A3D
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm1              ; 62722548B8E1
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1042983595                         ; B8ABAA2A3E
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm1              ; 62722548B8E1
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1056964608                         ; B80000003F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm1              ; 62722548B8E1
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm1              ; 62722548B8E1
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm1              ; 62722548B8E1
vmovaps zmm11, zmm12                        ; 62517C4828DC
vcvtps2dq zmm10, zmm10                      ; 62517D485BD2
vpslld zmm10, zmm10, 23                     ; 62D12D4872F217
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vpaddd zmm10, zmm10, zmm12                  ; 62512D48FED4
vmulps zmm1, zmm11, zmm10                   ; 62D1244859CA
mov eax, 1065353216                         ; B80000803F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vaddps zmm1, zmm1, zmm10                    ; 62D1744858CA
vdivps zmm1, zmm10, zmm1                    ; 62F12C485EC9
vmulps zmm1, zmm1, zmm13                    ; 62D1744859CD
vmovaps zmm13, zmm2                         ; 62717C4828EA
vpxord zmm10, zmm10, zmm10                  ; 62512D48EFD2
vsubps zmm2, zmm10, zmm2                    ; 62F12C485CD2
mov eax, 3266183168                         ; B80000AEC2
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vmaxps zmm2, zmm2, zmm12                    ; 62D16C485FD4
mov eax, 1118699520                         ; B80000AE42
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vminps zmm2, zmm2, zmm12                    ; 62D16C485DD4
mov eax, 1069066811                         ; B83BAAB83F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vmulps zmm10, zmm2, zmm12                   ; 62516C4859D4
vrndscaleps zmm10, zmm10, 0                 ; 62537D4808D200
mov eax, 3207688704                         ; B8007231BF
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm2, zmm10, zmm12              ; 62D22D48B8D4
mov eax, 3049242254                         ; B88EBEBFB5
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm2, zmm10, zmm12              ; 62D22D48B8D4
mov eax, 985008993                          ; B8610BB63A
vmovd xmm11, eax                            ; C5796ED8
vbroadcastss zmm11, xmm11                   ; 62527D4818DB
mov eax, 1007192201                         ; B88988083C
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm2              ; 62722548B8E2
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1026206379                         ; B8ABAA2A3D
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm2              ; 62722548B8E2
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1042983595                         ; B8ABAA2A3E
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm2              ; 62722548B8E2
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1056964608                         ; B80000003F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm2              ; 62722548B8E2
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm2              ; 62722548B8E2
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm2              ; 62722548B8E2
vmovaps zmm11, zmm12                        ; 62517C4828DC
vcvtps2dq zmm10, zmm10                      ; 62517D485BD2
vpslld zmm10, zmm10, 23                     ; 62D12D4872F217
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vpaddd zmm10, zmm10, zmm12                  ; 62512D48FED4
vmulps zmm2, zmm11, zmm10                   ; 62D1244859D2
mov eax, 1065353216                         ; B80000803F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vaddps zmm2, zmm2, zmm10                    ; 62D16C4858D2
vdivps zmm2, zmm10, zmm2                    ; 62F12C485ED2
vmulps zmm2, zmm2, zmm13                    ; 62D16C4859D5
vmovaps zmm13, zmm3                         ; 62717C4828EB
vpxord zmm10, zmm10, zmm10                  ; 62512D48EFD2
vsubps zmm3, zmm10, zmm3                    ; 62F12C485CDB
mov eax, 3266183168                         ; B80000AEC2
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vmaxps zmm3, zmm3, zmm12                    ; 62D164485FDC
mov eax, 1118699520                         ; B80000AE42
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vminps zmm3, zmm3, zmm12                    ; 62D164485DDC
mov eax, 1069066811                         ; B83BAAB83F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vmulps zmm10, zmm3, zmm12                   ; 6251644859D4
vrndscaleps zmm10, zmm10, 0                 ; 62537D4808D200
mov eax, 3207688704                         ; B8007231BF
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm3, zmm10, zmm12              ; 62D22D48B8DC
mov eax, 3049242254                         ; B88EBEBFB5
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm3, zmm10, zmm12              ; 62D22D48B8DC
mov eax, 985008993                          ; B8610BB63A
vmovd xmm11, eax                            ; C5796ED8
vbroadcastss zmm11, xmm11                   ; 62527D4818DB
mov eax, 1007192201                         ; B88988083C
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm3              ; 62722548B8E3
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1026206379                         ; B8ABAA2A3D
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm3              ; 62722548B8E3
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1042983595                         ; B8ABAA2A3E
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm3              ; 62722548B8E3
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1056964608                         ; B80000003F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm3              ; 62722548B8E3
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm3              ; 62722548B8E3
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm3              ; 62722548B8E3
vmovaps zmm11, zmm12                        ; 62517C4828DC
vcvtps2dq zmm10, zmm10                      ; 62517D485BD2
vpslld zmm10, zmm10, 23                     ; 62D12D4872F217
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vpaddd zmm10, zmm10, zmm12                  ; 62512D48FED4
vmulps zmm3, zmm11, zmm10                   ; 62D1244859DA
mov eax, 1065353216                         ; B80000803F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vaddps zmm3, zmm3, zmm10                    ; 62D1644858DA
vdivps zmm3, zmm10, zmm3                    ; 62F12C485EDB
vmulps zmm3, zmm3, zmm13                    ; 62D1644859DD
vmovups [rcx], zmm0                         ; 62F17C481101
vmovups [rcx+64], zmm1                      ; 62F17C48114901
vmovups [rcx+128], zmm2                     ; 62F17C48115102
vmovups [rcx+192], zmm3                     ; 62F17C48115903
add rsi, 256                                ; 4881C600010000
add rcx, 256                                ; 4881C100010000
sub r8, 1                                   ; 4983E801
jnz L0                                      ; 0F85AAF9FFFF
L1:
mov r8, [rdi+32]                            ; 4C8B4720
test r8, r8                                 ; 4D85C0
jz L3                                       ; 0F84........
L2:
vmovups zmm0, [rsi]                         ; 62F17C481006
vmulps zmm0, zmm0, zmm9                     ; 62D17C4859C1
vmovaps zmm13, zmm0                         ; 62717C4828E8
vpxord zmm10, zmm10, zmm10                  ; 62512D48EFD2
vsubps zmm0, zmm10, zmm0                    ; 62F12C485CC0
mov eax, 3266183168                         ; B80000AEC2
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vmaxps zmm0, zmm0, zmm12                    ; 62D17C485FC4
mov eax, 1118699520                         ; B80000AE42
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vminps zmm0, zmm0, zmm12                    ; 62D17C485DC4
mov eax, 1069066811                         ; B83BAAB83F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vmulps zmm10, zmm0, zmm12                   ; 62517C4859D4
vrndscaleps zmm10, zmm10, 0                 ; 62537D4808D200
mov eax, 3207688704                         ; B8007231BF
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm0, zmm10, zmm12              ; 62D22D48B8C4
mov eax, 3049242254                         ; B88EBEBFB5
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm0, zmm10, zmm12              ; 62D22D48B8C4
mov eax, 985008993                          ; B8610BB63A
vmovd xmm11, eax                            ; C5796ED8
vbroadcastss zmm11, xmm11                   ; 62527D4818DB
mov eax, 1007192201                         ; B88988083C
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm0              ; 62722548B8E0
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1026206379                         ; B8ABAA2A3D
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm0              ; 62722548B8E0
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1042983595                         ; B8ABAA2A3E
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm0              ; 62722548B8E0
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1056964608                         ; B80000003F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm0              ; 62722548B8E0
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm0              ; 62722548B8E0
vmovaps zmm11, zmm12                        ; 62517C4828DC
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vfmadd231ps zmm12, zmm11, zmm0              ; 62722548B8E0
vmovaps zmm11, zmm12                        ; 62517C4828DC
vcvtps2dq zmm10, zmm10                      ; 62517D485BD2
vpslld zmm10, zmm10, 23                     ; 62D12D4872F217
mov eax, 1065353216                         ; B80000803F
vmovd xmm12, eax                            ; C5796EE0
vbroadcastss zmm12, xmm12                   ; 62527D4818E4
vpaddd zmm10, zmm10, zmm12                  ; 62512D48FED4
vmulps zmm0, zmm11, zmm10                   ; 62D1244859C2
mov eax, 1065353216                         ; B80000803F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vaddps zmm0, zmm0, zmm10                    ; 62D17C4858C2
vdivps zmm0, zmm10, zmm0                    ; 62F12C485EC0
vmulps zmm0, zmm0, zmm13                    ; 62D17C4859C5
vmovups [rcx], zmm0                         ; 62F17C481101
add rsi, 64                                 ; 4883C640
add rcx, 64                                 ; 4883C140
sub r8, 1                                   ; 4983E801
jnz L2                                      ; 0F8560FEFFFF
L3:
vzeroupper                                  ; C5F877
ret                                         ; C3
