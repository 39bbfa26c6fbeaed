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
vmovaps zmm16, zmm1                         ; 62E17C4828C1
vmovaps zmm19, zmm2                         ; 62E17C4828DA
vmovaps zmm22, zmm3                         ; 62E17C4828F3
mov eax, 3266314240                         ; B80000B0C2
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vmaxps zmm0, zmm10, zmm0                    ; 62F12C485FC0
vmaxps zmm1, zmm10, zmm1                    ; 62F12C485FC9
vmaxps zmm2, zmm10, zmm2                    ; 62F12C485FD2
vmaxps zmm3, zmm10, zmm3                    ; 62F12C485FDB
mov eax, 1118699520                         ; B80000AE42
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vminps zmm0, zmm10, zmm0                    ; 62F12C485DC0
vminps zmm1, zmm10, zmm1                    ; 62F12C485DC9
vminps zmm2, zmm10, zmm2                    ; 62F12C485DD2
vminps zmm3, zmm10, zmm3                    ; 62F12C485DDB
mov eax, 3216550459                         ; B83BAAB8BF
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vmulps zmm11, zmm0, zmm10                   ; 62517C4859DA
vmulps zmm14, zmm1, zmm10                   ; 6251744859F2
vmulps zmm17, zmm2, zmm10                   ; 62C16C4859CA
vmulps zmm20, zmm3, zmm10                   ; 62C1644859E2
vrndscaleps zmm11, zmm11, 0                 ; 62537D4808DB00
vrndscaleps zmm14, zmm14, 0                 ; 62537D4808F600
vrndscaleps zmm17, zmm17, 0                 ; 62A37D4808C900
vrndscaleps zmm20, zmm20, 0                 ; 62A37D4808E400
mov eax, 1060205056                         ; B80072313F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vfmadd231ps zmm0, zmm11, zmm10              ; 62D22548B8C2
vfmadd231ps zmm1, zmm14, zmm10              ; 62D20D48B8CA
vfmadd231ps zmm2, zmm17, zmm10              ; 62D27540B8D2
vfmadd231ps zmm3, zmm20, zmm10              ; 62D25D40B8DA
mov eax, 901758606                          ; B88EBEBF35
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vfmadd231ps zmm0, zmm11, zmm10              ; 62D22548B8C2
vfmadd231ps zmm1, zmm14, zmm10              ; 62D20D48B8CA
vfmadd231ps zmm2, zmm17, zmm10              ; 62D27540B8D2
vfmadd231ps zmm3, zmm20, zmm10              ; 62D25D40B8DA
mov eax, 985008993                          ; B8610BB63A
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vmovaps zmm12, zmm10                        ; 62517C4828E2
vmovaps zmm15, zmm10                        ; 62517C4828FA
vmovaps zmm18, zmm10                        ; 62C17C4828D2
vmovaps zmm21, zmm10                        ; 62C17C4828EA
mov eax, 3154675849                         ; B8898808BC
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vfmadd213ps zmm12, zmm0, zmm10              ; 62527D48A8E2
vfmadd213ps zmm15, zmm1, zmm10              ; 62527548A8FA
vfmadd213ps zmm18, zmm2, zmm10              ; 62C26D48A8D2
vfmadd213ps zmm21, zmm3, zmm10              ; 62C26548A8EA
mov eax, 1026206379                         ; B8ABAA2A3D
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vfmadd213ps zmm12, zmm0, zmm10              ; 62527D48A8E2
vfmadd213ps zmm15, zmm1, zmm10              ; 62527548A8FA
vfmadd213ps zmm18, zmm2, zmm10              ; 62C26D48A8D2
vfmadd213ps zmm21, zmm3, zmm10              ; 62C26548A8EA
mov eax, 3190467243                         ; B8ABAA2ABE
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vfmadd213ps zmm12, zmm0, zmm10              ; 62527D48A8E2
vfmadd213ps zmm15, zmm1, zmm10              ; 62527548A8FA
vfmadd213ps zmm18, zmm2, zmm10              ; 62C26D48A8D2
vfmadd213ps zmm21, zmm3, zmm10              ; 62C26548A8EA
mov eax, 1056964608                         ; B80000003F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vfmadd213ps zmm12, zmm0, zmm10              ; 62527D48A8E2
vfmadd213ps zmm15, zmm1, zmm10              ; 62527548A8FA
vfmadd213ps zmm18, zmm2, zmm10              ; 62C26D48A8D2
vfmadd213ps zmm21, zmm3, zmm10              ; 62C26548A8EA
mov eax, 3212836864                         ; B8000080BF
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vfmadd213ps zmm12, zmm0, zmm10              ; 62527D48A8E2
vfmadd213ps zmm15, zmm1, zmm10              ; 62527548A8FA
vfmadd213ps zmm18, zmm2, zmm10              ; 62C26D48A8D2
vfmadd213ps zmm21, zmm3, zmm10              ; 62C26548A8EA
mov eax, 1065353216                         ; B80000803F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vfmadd213ps zmm12, zmm0, zmm10              ; 62527D48A8E2
vfmadd213ps zmm15, zmm1, zmm10              ; 62527548A8FA
vfmadd213ps zmm18, zmm2, zmm10              ; 62C26D48A8D2
vfmadd213ps zmm21, zmm3, zmm10              ; 62C26548A8EA
vscalefps zmm12, zmm12, zmm11               ; 62521D482CE3
vmovaps zmm0, zmm12                         ; 62D17C4828C4
vscalefps zmm15, zmm15, zmm14               ; 625205482CFE
vmovaps zmm1, zmm15                         ; 62D17C4828CF
vscalefps zmm18, zmm18, zmm17               ; 62A26D402CD1
vmovaps zmm2, zmm18                         ; 62B17C4828D2
vscalefps zmm21, zmm21, zmm20               ; 62A255402CEC
vmovaps zmm3, zmm21                         ; 62B17C4828DD
mov eax, 1065353216                         ; B80000803F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vaddps zmm0, zmm0, zmm10                    ; 62D17C4858C2
vdivps zmm0, zmm10, zmm0                    ; 62F12C485EC0
vaddps zmm1, zmm1, zmm10                    ; 62D1744858CA
vdivps zmm1, zmm10, zmm1                    ; 62F12C485EC9
vaddps zmm2, zmm2, zmm10                    ; 62D16C4858D2
vdivps zmm2, zmm10, zmm2                    ; 62F12C485ED2
vaddps zmm3, zmm3, zmm10                    ; 62D1644858DA
vdivps zmm3, zmm10, zmm3                    ; 62F12C485EDB
vmulps zmm0, zmm0, zmm13                    ; 62D17C4859C5
vmulps zmm1, zmm1, zmm16                    ; 62B1744859C8
vmulps zmm2, zmm2, zmm19                    ; 62B16C4859D3
vmulps zmm3, zmm3, zmm22                    ; 62B1644859DE
vmovups [rcx], zmm0                         ; 62F17C481101
vmovups [rcx+64], zmm1                      ; 62F17C48114901
vmovups [rcx+128], zmm2                     ; 62F17C48115102
vmovups [rcx+192], zmm3                     ; 62F17C48115903
add rsi, 256                                ; 4881C600010000
add rcx, 256                                ; 4881C100010000
sub r8, 1                                   ; 4983E801
jnz L0                                      ; 0F850BFDFFFF
L1:
mov r8, [rdi+32]                            ; 4C8B4720
test r8, r8                                 ; 4D85C0
jz L3                                       ; 0F84........
L2:
vmovups zmm0, [rsi]                         ; 62F17C481006
vmulps zmm0, zmm0, zmm9                     ; 62D17C4859C1
vmovaps zmm13, zmm0                         ; 62717C4828E8
mov eax, 3266314240                         ; B80000B0C2
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vmaxps zmm0, zmm10, zmm0                    ; 62F12C485FC0
mov eax, 1118699520                         ; B80000AE42
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vminps zmm0, zmm10, zmm0                    ; 62F12C485DC0
mov eax, 3216550459                         ; B83BAAB8BF
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vmulps zmm11, zmm0, zmm10                   ; 62517C4859DA
vrndscaleps zmm11, zmm11, 0                 ; 62537D4808DB00
mov eax, 1060205056                         ; B80072313F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vfmadd231ps zmm0, zmm11, zmm10              ; 62D22548B8C2
mov eax, 901758606                          ; B88EBEBF35
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vfmadd231ps zmm0, zmm11, zmm10              ; 62D22548B8C2
mov eax, 985008993                          ; B8610BB63A
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vmovaps zmm12, zmm10                        ; 62517C4828E2
mov eax, 3154675849                         ; B8898808BC
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vfmadd213ps zmm12, zmm0, zmm10              ; 62527D48A8E2
mov eax, 1026206379                         ; B8ABAA2A3D
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vfmadd213ps zmm12, zmm0, zmm10              ; 62527D48A8E2
mov eax, 3190467243                         ; B8ABAA2ABE
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vfmadd213ps zmm12, zmm0, zmm10              ; 62527D48A8E2
mov eax, 1056964608                         ; B80000003F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vfmadd213ps zmm12, zmm0, zmm10              ; 62527D48A8E2
mov eax, 3212836864                         ; B8000080BF
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vfmadd213ps zmm12, zmm0, zmm10              ; 62527D48A8E2
mov eax, 1065353216                         ; B80000803F
vmovd xmm10, eax                            ; C5796ED0
vbroadcastss zmm10, xmm10                   ; 62527D4818D2
vfmadd213ps zmm12, zmm0, zmm10              ; 62527D48A8E2
vscalefps zmm12, zmm12, zmm11               ; 62521D482CE3
vmovaps zmm0, zmm12                         ; 62D17C4828C4
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
jnz L2                                      ; 0F85A6FEFFFF
L3:
vzeroupper                                  ; C5F877
ret                                         ; C3
